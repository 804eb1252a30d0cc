using System.Text;
using System.Text.Json.Nodes;

namespace SystemTests.Replicas;

/// <summary>A Cozy app at random work in a directory of its own, and what has to be there.</summary>
internal sealed class RestWorker(PatientClient client, Random random)
{
    public const string Directory = "rest";
    private readonly SortedDictionary<string, (string Id, byte[] Bytes)> model = new(StringComparer.Ordinal);
    private int last;

    public string DirectoryId { get; private set; } = "";

    public async Task BeginAsync()
    {
        await client.ChangeAsync(
            () => new(HttpMethod.Post, PatientClient.At($"/files/io.cozy.files.root-dir?Type=directory&Name={Directory}")), [201], async () => await StatAsync("") is not null);
        DirectoryId = await StatAsync("") ?? throw new InvalidOperationException("the directory is gone");
    }

    public Task StepAsync() => random.Next(4) switch
    {
        0 when model.Count > 0 => OverwriteAsync(Any()),
        1 when model.Count > 20 => TrashAsync(Any()),
        2 => CheckListingAsync(),
        _ => UploadAsync(),
    };

    /// <summary>Name and sum of each file, as the directory is listed; it is the model's, and so are the bytes.</summary>
    public async Task<IReadOnlyList<string>> CheckAllAsync()
    {
        await CheckListingAsync();
        foreach (var (name, (_, bytes)) in model)
        {
            Assert.True(await HasAsync(name, bytes), $"{name} has other bytes");
        }

        return [.. (await ListAsync()).Select(file => $"{file.Name} {file.Sum}")];
    }

    /// <summary>The files of the directory as it is listed.</summary>
    public async Task<IReadOnlyList<Listed>> ListAsync()
    {
        var (_, body) = await client.AskAsync(() => new(HttpMethod.Get, PatientClient.At($"/files/{DirectoryId}?page%5Blimit%5D=200")), 200);
        return [.. (JsonNode.Parse(body)!["included"]?.AsArray() ?? []).Select(file => new Listed(
            (string)file!["id"]!, (string)file["attributes"]!["name"]!, (string)file["attributes"]!["md5sum"]!, (string)file["meta"]!["rev"]!)).OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    private async Task UploadAsync()
    {
        var (name, bytes) = ($"file {++last:0000}.txt", NewBytes());
        await client.ChangeAsync(
            () => new(HttpMethod.Post, PatientClient.At($"/files/{DirectoryId}?Type=file&Name={Uri.EscapeDataString(name)}")) { Content = new ByteArrayContent(bytes) },
            [201],
            () => HasAsync(name, bytes));
        model[name] = ((await StatAsync(name))!, bytes);
    }

    private async Task OverwriteAsync(string name)
    {
        var bytes = NewBytes();
        await client.ChangeAsync(
            () => new(HttpMethod.Put, PatientClient.At($"/files/{model[name].Id}")) { Content = new ByteArrayContent(bytes) }, [200], () => HasAsync(name, bytes));
        model[name] = (model[name].Id, bytes);
    }

    private async Task TrashAsync(string name)
    {
        await client.ChangeAsync(() => new(HttpMethod.Delete, PatientClient.At($"/files/{model[name].Id}")), [200], async () => await StatAsync(name) is null);
        model.Remove(name);
    }

    private async Task CheckListingAsync() => Assert.Equal(model.Select(file => (file.Key, file.Value.Id)), (await ListAsync()).Select(file => (file.Name, file.Id)));

    private async Task<bool> HasAsync(string name, byte[] bytes) =>
        await client.ReadAsync($"/files/download?Path={Uri.EscapeDataString($"/{Directory}/{name}")}") is { } found && found.AsSpan().SequenceEqual(bytes);

    private async Task<string?> StatAsync(string name)
    {
        var path = name.Length > 0 ? $"/{Directory}/{name}" : $"/{Directory}";
        var (status, body) = await client.AskAsync(() => new(HttpMethod.Get, PatientClient.At($"/files/metadata?Path={Uri.EscapeDataString(path)}")), 200, 404);
        return status == 200 ? (string)JsonNode.Parse(body)!["data"]!["id"]! : null;
    }

    private string Any() => model.Keys.ElementAt(random.Next(model.Count));

    private byte[] NewBytes() => Encoding.ASCII.GetBytes($"{random.NextInt64()} {new string('x', random.Next(20_000))}");

    internal sealed record Listed(string Id, string Name, string Sum, string Rev);
}

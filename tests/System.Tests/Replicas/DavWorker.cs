using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace SystemTests.Replicas;

/// <summary>A sync client at random work in a folder of its own, and what has to be there.</summary>
internal sealed partial class DavWorker(PatientClient client, string host, string user, string folder, Random random)
{
    private readonly SortedDictionary<string, byte[]?> model = new(StringComparer.Ordinal) { [""] = null };
    private int last;

    public async Task BeginAsync() => await client.ChangeAsync(() => new(new("MKCOL"), At("")), [201], () => IsFolderAsync(""));

    public Task StepAsync() => random.Next(12) switch
    {
        0 => MakeFolderAsync(),
        1 or 2 when Any(isFolder: false) is { } file => MoveAsync(file, NewPath()),
        3 when Any(isFolder: true) is { Length: > 0 } other => MoveFolderAsync(other),
        4 when Any(isFolder: false) is { } file => CopyAsync(file, NewPath()),
        5 or 10 when model.Count > 12 && Any(isFolder: false) is { } file => DeleteAsync(file),
        _ when model.Count > 60 && Any(isFolder: false) is { } file => DeleteAsync(file),
        6 when Any(isFolder: false) is { } file => CheckAsync(file),
        7 => CheckFolderAsync(Any(isFolder: true)!),
        8 => UploadInPartsAsync(NewPath()),
        9 when Any(isFolder: false) is { } file => PutAsync(file),
        _ => PutAsync(NewPath()),
    };

    /// <summary>Nothing is missing, nothing is there twice, and every byte is right.</summary>
    public async Task CheckAllAsync()
    {
        foreach (var (path, bytes) in model)
        {
            await (bytes is null ? CheckFolderAsync(path) : CheckAsync(path));
        }
    }

    private async Task PutAsync(string path)
    {
        var bytes = NewBytes();
        await client.ChangeAsync(() => new(HttpMethod.Put, At(path)) { Content = Body(bytes) }, [201, 204], () => HasAsync(path, bytes));
        model[path] = bytes;
    }

    private async Task UploadInPartsAsync(string path)
    {
        var transfer = $"/remote.php/dav/uploads/{user}/{folder}-{++last}";
        var parts = Enumerable.Range(1, 3).Select(_ => NewBytes()).ToList();
        await client.ChangeAsync(() => new(new("MKCOL"), PatientClient.At(transfer)), [201], () => IsThereAsync(transfer));
        for (var i = 0; i < parts.Count; i++)
        {
            var (name, bytes) = ($"{transfer}/{i + 1:00000}", parts[i]);
            await client.ChangeAsync(() => new(HttpMethod.Put, PatientClient.At(name)) { Content = Body(bytes) }, [201, 204], () => Task.FromResult(false));
        }

        byte[] whole = [.. parts.SelectMany(part => part)];
        await client.ChangeAsync(
            () => new(new("MOVE"), PatientClient.At(transfer + "/.file")) { Headers = { { "Destination", Destination(path) }, { "OC-Total-Length", $"{whole.Length}" } } },
            [201, 204],
            () => HasAsync(path, whole));
        model[path] = whole;
    }

    private async Task MakeFolderAsync()
    {
        var path = NewPath();
        await client.ChangeAsync(() => new(new("MKCOL"), At(path)), [201], () => IsFolderAsync(path));
        model[path] = null;
    }

    private async Task MoveAsync(string from, string to)
    {
        var bytes = model[from]!;
        await client.ChangeAsync(() => ToAnother("MOVE", from, to), [201], async () => await HasAsync(to, bytes) && !await IsThereAsync(Path(from)));
        model.Remove(from);
        model[to] = bytes;
    }

    private async Task MoveFolderAsync(string from)
    {
        var to = $"{(++last % 2 == 0 ? "" : from[..from.LastIndexOf('/')])}/folder {last}";
        await client.ChangeAsync(() => ToAnother("MOVE", from, to), [201], async () => await IsFolderAsync(to) && !await IsThereAsync(Path(from)));
        foreach (var (path, bytes) in model.Where(entry => entry.Key == from || entry.Key.StartsWith(from + "/", StringComparison.Ordinal)).ToList())
        {
            model.Remove(path);
            model[to + path[from.Length..]] = bytes;
        }
    }

    private async Task CopyAsync(string from, string to)
    {
        var bytes = model[from]!;
        await client.ChangeAsync(() => ToAnother("COPY", from, to), [201], () => HasAsync(to, bytes));
        model[to] = bytes;
    }

    private async Task DeleteAsync(string path)
    {
        await client.ChangeAsync(() => new(HttpMethod.Delete, At(path)), [204], async () => !await IsThereAsync(Path(path)));
        model.Remove(path);
    }

    private async Task CheckAsync(string path) => Assert.True(await HasAsync(path, model[path]!), $"{folder}{path} has other bytes");

    // Each replica tells what the one before has acknowledged.
    private async Task CheckFolderAsync(string path)
    {
        var (_, listing) = await client.AskAsync(() => Look(Path(path), "1"), 207);
        var there = Href().Matches(listing).Select(match => Uri.UnescapeDataString(match.Groups[1].Value).TrimEnd('/')).Order(StringComparer.Ordinal);
        var expected = model.Keys.Where(entry => entry == path || (entry.Length > 0 && entry[..entry.LastIndexOf('/')] == path))
            .Select(entry => Uri.UnescapeDataString(Path(entry)));
        Assert.Equal(expected.Order(StringComparer.Ordinal), there);
    }

    private async Task<bool> HasAsync(string path, byte[] bytes) => await client.ReadAsync(Path(path)) is { } found && found.AsSpan().SequenceEqual(bytes);

    private Task<bool> IsFolderAsync(string path) => IsThereAsync(Path(path));

    private async Task<bool> IsThereAsync(string path) => (await client.AskAsync(() => Look(path, "0"), 207, 404)).Status == 207;

    private static HttpRequestMessage Look(string path, string depth) => new(new("PROPFIND"), PatientClient.At(path)) { Headers = { { "Depth", depth } } };

    private HttpRequestMessage ToAnother(string method, string from, string to) =>
        new(new(method), At(from)) { Headers = { { "Destination", Destination(to) }, { "Overwrite", "F" } } };

    private static ByteArrayContent Body(byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };

    private string NewPath() => $"{Any(isFolder: true)}/entry {++last}.bin";

    private string? Any(bool isFolder)
    {
        var some = model.Where(entry => entry.Value is null == isFolder).Select(entry => entry.Key).ToList();
        return some.Count > 0 ? some[random.Next(some.Count)] : null;
    }

    // Never the same twice, so that who finds them knows what was done. Some lie in the database, some in a file.
    private byte[] NewBytes()
    {
        var bytes = new byte[random.Next(10) switch { 0 => random.Next(300_000, 1_000_000), < 4 => random.Next(17_000, 100_000), _ => random.Next(20, 4_000) }];
        random.NextBytes(bytes);
        return bytes;
    }

    private Uri At(string path) => PatientClient.At(Path(path));

    private string Path(string path) => $"/remote.php/dav/files/{user}/{folder}{path.Replace(" ", "%20", StringComparison.Ordinal)}";

    private string Destination(string path) => $"http://{host}{Path(path)}";

    [GeneratedRegex("<d:href>([^<]+)</d:href>")]
    private static partial Regex Href();
}

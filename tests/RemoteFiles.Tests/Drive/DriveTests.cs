using System.Text;
using RemoteFiles.Drive;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>Tests of what only the Cozy drive promises, each on a drive of its own.</summary>
public abstract class DriveTests : IAsyncLifetime
{
    internal static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal TestDrive Test { get; private set; } = null!;

    internal CozyDrive Drive => Test.Drive;

    internal ITrash Trash => Test.Drive;

    internal virtual int LargestSmallContent => DriveOptions.DefaultSmallContent;

    public async ValueTask InitializeAsync() => Test = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await Test.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal virtual Task<TestDrive> CreateAsync() => TestDrive.CreateAsync(LargestSmallContent);

    internal static FilePath At(string path) => FilePath.Parse(path);

    internal static async Task<FaultException> FailsAsync(Fault fault, Func<Task> command)
    {
        var thrown = await Assert.ThrowsAsync<FaultException>(command);
        Assert.Equal(fault, thrown.Fault);
        return thrown;
    }

    internal Task<Entry> PutAsync(string path, string text, bool overwrite = false)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Drive.WriteAsync(At(path), new() { Body = new MemoryStream(bytes), Length = bytes.Length, Overwrite = overwrite }, Ct);
    }

    internal async Task<string> TextAsync(string path)
    {
        await using var download = await Drive.OpenAsync(At(path), 0, Ct);
        using var reader = new StreamReader(download.Body);
        return await reader.ReadToEndAsync(Ct);
    }

    internal async Task<Entry> StatAsync(string path) => await Drive.StatAsync(At(path), Ct) ?? throw new InvalidOperationException($"{path} is missing");

    internal async Task<string[]> NamesAsync(string path) => await Drive.ListAsync(At(path), Ct).Select(entry => entry.Path.Name).ToArrayAsync(Ct);
}

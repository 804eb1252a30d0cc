using RemoteFiles.Drive;

namespace RemoteFiles.Tests.Drive;

/// <summary>Where a drive under test keeps its contents, and what a test does to them behind its back.</summary>
internal abstract class TestContents : IAsyncDisposable
{
    /// <summary>As a process does that starts with what another left.</summary>
    public abstract IBlobs Open(TimeProvider clock);

    /// <summary>The ids of all contents, finished or not.</summary>
    public abstract Task<string[]> ListAsync();

    /// <summary>Puts other bytes in the place of a content; none removes it.</summary>
    public abstract Task ReplaceAsync(string id, byte[]? bytes);

    /// <summary>As a process that is killed in the middle of a body.</summary>
    public abstract Task LeaveUnfinishedAsync();

    public abstract ValueTask DisposeAsync();
}

internal sealed class DirectoryContents(string directory) : TestContents
{
    public override IBlobs Open(TimeProvider clock) => new BlobDirectory(directory, clock);

    public override Task<string[]> ListAsync() => Task.FromResult(Array.ConvertAll(Files(), file => Path.GetFileName(file)));

    public override async Task ReplaceAsync(string id, byte[]? bytes)
    {
        var file = Files().Single(file => Path.GetFileName(file) == id);
        if (bytes is null)
        {
            File.Delete(file);
            return;
        }

        await File.WriteAllBytesAsync(file, bytes);
    }

    public override Task LeaveUnfinishedAsync() => File.WriteAllTextAsync(Path.Combine(directory, "incoming", Guid.NewGuid().ToString("N")), "half");

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public string[] Files() => Directory.GetFiles(directory, "*", SearchOption.AllDirectories);
}

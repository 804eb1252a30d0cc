using System.Diagnostics;
using RemoteFiles.Drive;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>On a disk of four megabytes.</summary>
public sealed class DiskFullTests : IAsyncLifetime
{
    private readonly string directory = Directory.CreateTempSubdirectory("full-").FullName;
    private bool isMounted;

    public async ValueTask InitializeAsync() => isMounted = await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", directory);

    public async ValueTask DisposeAsync()
    {
        if (isMounted)
        {
            await RunAsync("umount", directory);
        }

        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData(5 << 20, false)]
    [InlineData(9 << 20, true)]
    public async Task A_full_disk_is_told_as_that_and_keeps_nothing_of_what_did_not_fit(int length, bool isCopy)
    {
        Assert.SkipUnless(isMounted, "this user may not mount a small disk");
        var blobs = new BlobDirectory(directory, TimeProvider.System);
        Upload Body(int size) => new() { Body = new MemoryStream(new byte[size]), Length = size, IsCopy = isCopy };

        var error = await Assert.ThrowsAsync<FaultException>(() => blobs.WriteAsync(Body(length), room: null, TestContext.Current.CancellationToken));

        Assert.Equal(Fault.OutOfSpace, error.Fault);
        Assert.Empty(Directory.GetFiles(directory, "*", SearchOption.AllDirectories));
        await blobs.WriteAsync(Body(3 << 20), room: null, TestContext.Current.CancellationToken);
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}

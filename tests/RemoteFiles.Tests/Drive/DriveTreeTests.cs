using RemoteFiles.Files;
using RemoteFiles.Tests.Files;

namespace RemoteFiles.Tests.Drive;

public sealed class DriveTreeTests : FileTreeContract
{
    private TestDrive drive = null!;

    internal override async Task<(IFileTree Tree, FilePath Scratch)> OpenAsync()
    {
        drive = await TestDrive.CreateAsync();
        return (drive.Drive, FilePath.Parse("/scratch"));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await drive.DisposeAsync();
    }
}

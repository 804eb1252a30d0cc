using RemoteFiles.Files;
using RemoteFiles.Tests.Files;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A remote Nextcloud is a tree like any other.</summary>
public sealed class RealNextcloudContract : FileTreeContract
{
    private RealNextcloud nextcloud = null!;

    /// <summary>Nextcloud composes every name that it stores.</summary>
    protected override bool KeepsUnicodeForms => false;

    protected override bool TakesBackslashes => false;

    /// <summary>On a local disk its ETag is a hash of time in seconds, inode and size: 32.0.1 repeats one for another content.</summary>
    protected override bool ETagsSeeWithinASecond => false;

    internal override async Task<(IFileTree Tree, FilePath Scratch)> OpenAsync()
    {
        nextcloud = await RealNextcloud.ConnectAsync();
        return (nextcloud.Remote.Files, FilePath.Root.Child($"bridge-test-{Guid.NewGuid():n}"));
    }

    public override async ValueTask DisposeAsync()
    {
        if (nextcloud is not null)
        {
            await base.DisposeAsync();
            await nextcloud.RemoveFromTrashAsync(Scratch);
            nextcloud.Dispose();
        }
    }
}

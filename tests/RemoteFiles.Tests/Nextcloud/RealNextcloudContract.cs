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

    /// <summary>Of 25 files stored twice in a second, 32.0.1 gave 15 the same ETag again, at another size even.</summary>
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

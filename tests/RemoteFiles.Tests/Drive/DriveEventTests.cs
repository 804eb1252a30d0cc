using RemoteFiles.Drive;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>What watchers of a drive are told.</summary>
public sealed class DriveEventTests : IAsyncLifetime
{
    private TestDrive test = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => test = await TestDrive.CreateAsync();

    public ValueTask DisposeAsync() => test.DisposeAsync();

    [Fact]
    public async Task Each_folder_that_is_made_along_a_path_is_told()
    {
        await test.Drive.EnsureFolderAsync(FilePath.Parse("/a/b"), Ct);
        await test.Drive.EnsureFolderAsync(FilePath.Parse("/a/b"), Ct);
        Assert.Equal(["Created /a", "Created /a/b"], Told());
    }

    [Fact]
    public async Task A_change_that_is_refused_is_not_told()
    {
        await test.Drive.MakeFolderAsync(FilePath.Parse("/a"), Ct);
        Told();
        await Assert.ThrowsAsync<FaultException>(() => test.Drive.MakeFolderAsync(FilePath.Parse("/a"), Ct));
        await Assert.ThrowsAsync<FaultException>(() => test.Drive.MoveAsync(FilePath.Parse("/a"), FilePath.Parse("/a/b"), Ct));
        Assert.Empty(Told());
    }

    [Fact]
    public async Task A_folder_is_copied_moved_and_removed_as_one_thing()
    {
        await test.Drive.EnsureFolderAsync(FilePath.Parse("/a/b/c"), Ct);
        Told();
        await test.Drive.CopyAsync(FilePath.Parse("/a"), FilePath.Parse("/d"), Ct);
        await test.Drive.MoveAsync(FilePath.Parse("/d"), FilePath.Parse("/e"), Ct);
        await test.Drive.DeleteAsync(FilePath.Parse("/e"), null, Ct);
        Assert.Equal(["Created /d", "Updated /e", "Updated /.cozy_trash/e"], Told());
    }

    [Fact]
    public async Task Emptying_the_trash_tells_of_what_lay_at_its_top()
    {
        foreach (var name in new[] { "/a/b", "/c" })
        {
            await test.Drive.EnsureFolderAsync(FilePath.Parse(name), Ct);
        }

        await test.Drive.DeleteAsync(FilePath.Parse("/a"), null, Ct);
        await test.Drive.DeleteAsync(FilePath.Parse("/c"), null, Ct);
        Told();
        await ((ICozyDrive)test.Drive).EmptyTrashAsync(Ct);
        Assert.Equal(["Deleted /.cozy_trash/a", "Deleted /.cozy_trash/c"], Told());
    }

    private List<string> Told()
    {
        var told = test.Events.ConvertAll(told => $"{told.Kind} {told.Entry.Path}");
        test.Events.Clear();
        return told;
    }
}

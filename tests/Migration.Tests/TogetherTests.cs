using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>Small files come together and listings are read ahead; whatever fails that way is done the plain way.</summary>
public sealed class TogetherTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Small_files_come_together_with_the_folders_that_hold_nothing_else_and_large_ones_alone()
    {
        rig.Remote.IsModern = true;
        rig.Remote.Folder("/a").File("/a/1").File("/a/2").Folder("/b").File("/b/1").File("/b/large", 5_000_000).Folder("/c").Folder("/c/d").File("/c/1").File("/c/d/1");
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal("complete", document.Outcome);
        Assert.Equal(new Progress(6, 6, 5_000_050, 5_000_050), document.Progress);
        Assert.All(rig.Remote.Moved.Values, times => Assert.Equal(1, times));
        Assert.Equal(6, rig.Remote.Moved.Count);
        Assert.All(rig.Remote.Listed, listed => Assert.Equal(1, listed.Value));
        Assert.All(rig.Remote.Batches.SelectMany(batch => batch.WholeFolders), folder => Assert.Contains(folder, (string[])["/a", "/c/d"]));
        Assert.True(rig.Remote.Batches.Sum(batch => batch.Files) <= 5);
    }

    [Fact]
    public async Task A_batch_that_breaks_off_is_finished_file_by_file()
    {
        rig.Remote.IsModern = true;
        foreach (var i in Enumerable.Range(0, 50))
        {
            rig.Remote.File($"/{i}");
        }

        var broken = 0;
        rig.Remote.OnFetchTogether = (file, _) => file.Path.Name == "20" && ++broken > 0 ? throw new FaultException(Fault.BadGateway, "cut") : Task.CompletedTask;
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal("complete", document.Outcome);
        Assert.Equal(new Progress(50, 50, 500, 500), document.Progress);
        Assert.True(broken > 0);
        Assert.Equal(50, rig.Remote.Moved.Count);
        Assert.All(rig.Remote.Moved.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_cancel_ends_a_batch_in_the_middle()
    {
        rig.Remote.IsModern = true;
        rig.Remote.File("/1").File("/2").File("/3");
        var reached = new TaskCompletionSource();
        rig.Remote.OnFetchTogether = async (_, ct) =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, ct);
        };
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await reached.Task;

        await rig.Orders.CancelAsync(Rig.Instance, id, TestContext.Current.CancellationToken);

        Assert.Equal(MigrationStatus.Canceled, (await rig.FinishAsync(id)).Status);
        Assert.Empty(rig.Remote.Moved);
    }
}

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
    public async Task What_is_seen_to_be_empty_is_not_asked_about_again()
    {
        rig.Remote.IsModern = true;
        rig.Remote.Folder("/a").File("/a/1").Folder("/empty").Folder("/empty/too");
        await rig.StartWorkerAsync();

        await rig.FinishAsync(await rig.TriggerAsync());

        Assert.All(rig.Remote.Listed, listed => Assert.Equal(1, listed.Value));
        Assert.Equal(["/a", "/empty", "/empty/too"], rig.Remote.Directories.Keys.Where(path => path != "/Nextcloud").Select(path => path["/Nextcloud".Length..]).Order());
    }

    [Fact]
    public async Task What_a_server_that_does_not_look_below_leaves_out_is_asked_for()
    {
        rig.Remote.IsModern = rig.Remote.IsShallow = true;
        rig.Remote.Folder("/looks empty").File("/looks empty/1", size: 0).Folder("/looks empty/too").File("/looks empty/too/2", size: 0);
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(new Progress(2, 2, 0, 0), document.Progress);
    }

    [Fact]
    public async Task A_batch_that_breaks_off_now_and_then_is_asked_for_again_and_nothing_comes_alone()
    {
        var came = 0;
        var broken = 0;
        rig.Remote.OnFetchTogether = (_, _) => Interlocked.Increment(ref came) % 31 == 0 && Interlocked.Increment(ref broken) > 0 ? throw new FaultException(Fault.BadGateway, "cut") : Task.CompletedTask;

        Assert.Equal(0, await MoveTwoHundredAsync(() => came - broken));

        Assert.InRange(broken, 5, 20);
    }

    [Fact]
    public async Task A_file_that_breaks_every_batch_takes_few_others_with_it()
    {
        var came = 0;
        var broken = 0;
        rig.Remote.OnFetchTogether = (file, _) => file.Path.Name == "120" && Interlocked.Increment(ref broken) > 0 ? throw new FaultException(Fault.BadGateway, "cut") : Task.FromResult(Interlocked.Increment(ref came));

        Assert.InRange(await MoveTwoHundredAsync(() => came), 1, 50);

        Assert.InRange(broken, 2, 6);
    }

    [Fact]
    public async Task Where_no_batch_comes_every_file_comes_alone_after_a_few_tries()
    {
        var broken = 0;
        rig.Remote.OnFetchTogether = (_, _) => Interlocked.Increment(ref broken) > 0 ? throw new FaultException(Fault.BadGateway, "cut") : Task.CompletedTask;

        Assert.Equal(200, await MoveTwoHundredAsync(() => 0));

        Assert.InRange(broken, 1, 70);
    }

    /// <summary>Answers how many of two hundred files came alone.</summary>
    private async Task<int> MoveTwoHundredAsync(Func<int> together)
    {
        rig.Remote.IsModern = true;
        foreach (var i in Enumerable.Range(0, 200))
        {
            rig.Remote.File($"/{i:000}");
        }

        await rig.StartWorkerAsync();
        var document = await rig.FinishAsync(await rig.TriggerAsync());
        Assert.Equal("complete", document.Outcome);
        Assert.Equal(new Progress(200, 200, 2000, 2000), document.Progress);
        Assert.Equal(200, rig.Remote.Moved.Count);
        Assert.All(rig.Remote.Moved.Values, times => Assert.Equal(1, times));
        return rig.Remote.Fetches - together();
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

using Microsoft.Extensions.Options;
using Migration.Migrations;
using Migration.Tests.Fakes;
using Migration.Tracking;

namespace Migration.Tests;

/// <summary>Who works on a cleanup, how it goes on when that one is gone, and at what pace.</summary>
public sealed class CleanupLeaseTests : IAsyncLifetime
{
    private readonly Rig rig = new();
    private readonly List<Cleaner> cleaners = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ICleanups Cleanups => new CleanupTable(rig.Database);

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        // One that was killed hangs for ever.
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Task.WhenAll(cleaners.Select(cleaner => cleaner.StopAsync(soon.Token)));
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task A_cleaner_killed_anywhere_again_and_again_deletes_everything_once_and_nothing_else()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var folder = 0; folder < 4; folder++)
        {
            rig.Remote.Folder($"/{folder}");
            for (var file = 0; file < 6; file++)
            {
                rig.Remote.File($"/{folder}/{folder}-{file}", file);
            }
        }

        var id = await MigrateAsync();
        rig.Remote.Change("/0/0-0", 99);
        rig.Options.Lease = TimeSpan.FromMilliseconds(400);
        rig.Options.LeaseRenewal = TimeSpan.FromMilliseconds(100);
        rig.Options.LeaseCheck = TimeSpan.FromMilliseconds(50);
        await OrderAsync(id);
        var killed = 0;
        for (var round = 0; round < 8; round++)
        {
            var kill = new Kill(random.Next(1, 25), random.Next(2) == 0);
            await StartCleanerAsync(new KillableCleanups(Cleanups, kill), new KillableMigrations(rig.Migrations, kill), new KillableRemote(rig.Remote, kill));
            await Task.WhenAny(kill.Killed, CleanedAsync(id));
            killed += kill.Killed.IsCompleted ? 1 : 0;
        }

        await StartCleanerAsync(Cleanups, rig.Migrations, rig.Remote);
        var deletion = (await CleanedAsync(id)).SourceDeletion!;

        Assert.InRange(killed, 2, 8);
        Assert.Equal(("completed", 26, 2), (deletion.Status, deletion.Deleted, deletion.Kept));
        Assert.Equal(["/0", "/0/0-0"], rig.Remote.Left);
        Assert.Equal(26, rig.Remote.Deletions);
    }

    [Fact]
    public async Task Two_cleaners_share_no_cleanup_and_an_instance_has_one_at_a_time()
    {
        var (first, second) = (await MigrateAsync(), await MigrateAsync());
        await Cleanups.OrderAsync(Rig.Instance, first, Ct);
        await Cleanups.OrderAsync(Rig.Instance, first, Ct);
        await Cleanups.OrderAsync(Rig.Instance, second, Ct);
        var now = TimeProvider.System.GetUtcNow();

        var one = await Cleanups.TakeAsync("one", now, now.AddSeconds(10), Ct);
        var none = await Cleanups.TakeAsync("two", now, now.AddSeconds(10), Ct);
        var overtaken = await Cleanups.TakeAsync("two", now.AddSeconds(11), now.AddSeconds(20), Ct);

        Assert.Equal((first, null, first), (one?.Migration, none?.Migration, overtaken?.Migration));
        Assert.False(await Cleanups.RenewAsync(first, "one", now.AddSeconds(30), Ct));
        Assert.False(await Cleanups.EndAsync(first, "one", null, Ct));
        await Assert.ThrowsAsync<LeaseLostException>(() => Cleanups.SettleAsync(first, "one", 1, null, Ct));
        Assert.True(await Cleanups.EndAsync(first, "two", null, Ct));
        Assert.Equal(second, (await Cleanups.TakeAsync("one", now.AddSeconds(11), now.AddSeconds(20), Ct))?.Migration);
    }

    [Fact]
    public async Task Equal_names_are_never_deleted_within_one_second_of_the_server()
    {
        var clock = new ManualClock();
        var pace = new DeletionPace(clock);
        var times = new List<(string Name, DateTimeOffset At)>();

        var all = Task.WhenAll(new[] { "a", "b", "A", "a", "c" }.Select(name => pace.DeleteAsync(
            name,
            () =>
            {
                lock (times)
                {
                    times.Add((name.ToUpperInvariant(), clock.GetUtcNow()));
                }

                return Task.FromResult(0);
            },
            Ct)));
        while (!all.IsCompleted)
        {
            // The next waiter comes to the clock on another thread.
            clock.GoOn();
            await Task.Yield();
        }

        var start = times[0].At;
        Assert.Equal(5, times.Count);
        Assert.Equal([start, start], times.Where(one => one.Name != "A").Select(one => one.At));
        var equal = times.Where(one => one.Name == "A").Select(one => one.At).Order().ToList();
        Assert.All(equal.Zip(equal.Skip(1)), pair => Assert.True(pair.Second - pair.First > TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_removed_migration_takes_its_cleanup_along()
    {
        rig.Remote.File("/a");
        var id = await MigrateAsync();
        await Cleanups.OrderAsync(Rig.Instance, id, Ct);

        Assert.True(await rig.Migrations.RemoveAsync(Rig.Instance, id, _ => true, Ct));

        Assert.Null(await Cleanups.FindAsync(id, Ct));
        Assert.Equal(0, await Cleanups.CountArrivedAsync(id, Ct));
    }

    private async Task<string> MigrateAsync()
    {
        var id = await rig.TriggerAsync();
        var worker = await rig.StartWorkerAsync();
        Assert.Equal(MigrationStatus.Completed, (await rig.FinishAsync(id)).Status);
        await worker.StopAsync(Ct);
        return id;
    }

    private async Task OrderAsync(string id)
    {
        var now = TimeProvider.System.GetUtcNow();
        await rig.Migrations.ReviseAsync(Rig.Instance, id, row => row with { Document = row.Document with { SourceDeletion = SourceDeletion.Start(now) } }, Ct);
        await Cleanups.OrderAsync(Rig.Instance, id, Ct);
    }

    private Task<TrackingDocument> CleanedAsync(string id) => rig.UntilAsync(id, document => document.SourceDeletedAt is not null);

    private async Task StartCleanerAsync(ICleanups cleanups, IMigrations migrations, IRemoteFiles remote)
    {
        var options = Options.Create(rig.Options);
        var run = new CleanupRun(remote, cleanups, migrations, options, TimeProvider.System);
        var cleaner = new Cleaner(cleanups, migrations, run, new CleanupSignal(), options, TimeProvider.System, new TestLog<Cleaner>());
        cleaners.Add(cleaner);
        await cleaner.StartAsync(Ct);
    }
}

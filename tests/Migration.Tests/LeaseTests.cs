using Migration.Migrations;
using Migration.Tests.Fakes;

namespace Migration.Tests;

/// <summary>Who works on a migration, and how it goes on when that one is gone.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_worker_killed_anywhere_again_and_again_leaves_the_same_result()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var folder = 0; folder < 6; folder++)
        {
            rig.Remote.Folder($"/{folder}").Folder($"/{folder}/empty");
            for (var file = 0; file < 8; file++)
            {
                rig.Remote.File($"/{folder}/{file}", file);
            }
        }

        rig.Options.Lease = TimeSpan.FromMilliseconds(400);
        rig.Options.LeaseRenewal = TimeSpan.FromMilliseconds(100);
        rig.Options.LeaseCheck = TimeSpan.FromMilliseconds(50);
        rig.Options.LedgerDelay = TimeSpan.FromMilliseconds(5);
        var id = await rig.TriggerAsync();
        var killed = 0;
        for (var round = 0; round < 12; round++)
        {
            var kill = new Kill(random.Next(1, 60), random.Next(2) == 0);
            await rig.StartWorkerAsync(
                new KillableMigrations(rig.Migrations, kill), new KillableLedger(rig.Ledger, kill), new KillableRemote(rig.Remote, kill));
            await Task.WhenAny(kill.Killed, rig.FinishAsync(id));
            killed += kill.Killed.IsCompleted ? 1 : 0;
        }

        await rig.StartWorkerAsync();
        var document = await rig.FinishAsync(id);

        Assert.InRange(killed, 2, 12);
        Assert.Equal((MigrationStatus.Completed, "complete"), (document.Status, document.Outcome));
        Assert.Equal(new Progress(48, 48, 6 * 28, 6 * 28), document.Progress);
        Assert.Empty(document.Renamed);
        Assert.Equal(48, rig.Remote.Drive.Count);
        Assert.Equal(48, rig.Remote.Moved.Count);
        Assert.All(rig.Remote.Moved.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_migration_of_twenty_thousand_files_that_stops_at_nine_tenths_asks_for_the_last_tenth_alone()
    {
        for (var folder = 0; folder < 100; folder++)
        {
            rig.Remote.Folder($"/{folder}");
            for (var file = 0; file < 200; file++)
            {
                rig.Remote.File($"/{folder}/{file}", 1);
            }
        }

        var (stopped, fetched) = (new TaskCompletionSource(), 0);
        rig.Remote.OnFetch = async (_, ct) =>
        {
            if (Interlocked.Increment(ref fetched) > 18_000)
            {
                stopped.TrySetResult();
                await Task.Delay(Timeout.Infinite, ct);
            }
        };
        var first = await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await stopped.Task;
        await rig.UntilAsync(id, document => document.Progress.FilesTotal == 20_000);
        await first.StopAsync(Ct);
        rig.Remote.ForgetFetches();
        rig.Remote.Listed.Clear();
        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;

        await rig.StartWorkerAsync();

        Assert.Equal(new Progress(20_000, 20_000, 20_000, 20_000), (await rig.FinishAsync(id)).Progress);
        Assert.Equal((2000, 0), (rig.Remote.Fetches, rig.Remote.Listed.Count));
    }

    [Fact]
    public async Task A_migration_whose_account_belongs_to_another_by_now_does_not_go_on_with_the_others_files()
    {
        rig.Remote.File("/a").File("/b");
        var stopped = new TaskCompletionSource();
        rig.Remote.OnFetch = async (_, ct) =>
        {
            stopped.TrySetResult();
            await Task.Delay(Timeout.Infinite, ct);
        };
        var first = await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await stopped.Task;
        await first.StopAsync(Ct);
        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;
        rig.Remote.Owner = rig.Remote.Owner with { UserId = "bob" };

        await rig.StartWorkerAsync();
        var document = await rig.FinishAsync(id);

        Assert.Equal((MigrationStatus.Failed, "the nextcloud account of this migration now belongs to another server or user"), (document.Status, document.FailureReason));
        Assert.Empty(rig.Remote.Drive);
    }

    [Fact]
    public async Task A_folder_that_was_listed_whole_is_not_listed_again()
    {
        rig.Remote.Folder("/a").File("/a/1").Folder("/b").File("/b/2");
        var stopped = new TaskCompletionSource();
        rig.Remote.OnFetch = async (_, ct) =>
        {
            stopped.TrySetResult();
            await Task.Delay(Timeout.Infinite, ct);
        };
        var first = await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await stopped.Task;
        await rig.UntilAsync(id, document => document.Progress.FilesTotal == 2);
        await first.StopAsync(Ct);

        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;
        await rig.StartWorkerAsync();

        Assert.Equal("complete", (await rig.FinishAsync(id)).Outcome);
        Assert.All(rig.Remote.Listed.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_worker_that_shuts_down_hands_over_at_once_with_what_was_done()
    {
        rig.Options.Lease = TimeSpan.FromHours(1);
        rig.Options.LeaseRenewal = TimeSpan.FromMinutes(1);
        rig.Options.FilesPerMigration = 1;
        rig.Remote.File("/a").File("/b");
        rig.Remote.OnFetch = (file, ct) => file.Path.Name == "b" ? Task.Delay(Timeout.Infinite, ct) : Task.CompletedTask;
        var first = await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await rig.UntilAsync(id, document => document.Progress.FilesImported == 1);

        await first.StopAsync(Ct);
        Assert.Equal(MigrationStatus.Running, (await rig.DocumentAsync(id)).Status);
        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;
        await rig.StartWorkerAsync();

        Assert.Equal(2, (await rig.FinishAsync(id)).Progress.FilesImported);
    }

    [Fact]
    public async Task Of_two_workers_one_has_the_migration()
    {
        for (var i = 0; i < 50; i++)
        {
            rig.Remote.File($"/{i}");
        }

        await using var other = rig.OpenSecond();
        await rig.StartWorkerAsync();
        await rig.StartWorkerAsync(other.Migrations, other.Ledger);

        for (var round = 0; round < 5; round++)
        {
            var fetches = rig.Remote.Fetches;
            var document = await rig.FinishAsync(await rig.TriggerAsync(target: $"/Round {round}"));

            Assert.Equal(new Progress(50, 50, 500, 500), document.Progress);
            Assert.Equal(50, rig.Remote.Fetches - fetches);
        }
    }

    [Fact]
    public async Task A_lease_that_ten_reach_for_goes_to_one_and_to_nobody_else_before_it_is_over()
    {
        var id = await rig.TriggerAsync();
        var clock = new ManualClock();
        var reaching = Enumerable.Range(0, 10).Select(_ => Task.Run(() => Lease.TakeAsync(id, rig.Migrations, rig.Options, clock, Ct), Ct));

        var taken = await Task.WhenAll(reaching);
        Assert.Single(taken, lease => lease is not null);
        Assert.Null(await Lease.TakeAsync(id, rig.Migrations, rig.Options, clock, Ct));

        clock.Advance(rig.Options.Lease);
        Assert.NotNull(await Lease.TakeAsync(id, rig.Migrations, rig.Options, clock, Ct));
    }

    [Fact]
    public async Task A_lease_lives_on_without_any_progress()
    {
        rig.Options.Lease = TimeSpan.FromMilliseconds(600);
        rig.Options.LeaseRenewal = TimeSpan.FromMilliseconds(150);
        rig.Options.LeaseCheck = TimeSpan.FromMilliseconds(50);
        var release = new TaskCompletionSource();
        rig.Remote.File("/a").OnFetch = (_, _) => release.Task;
        await rig.StartWorkerAsync();
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        var began = await rig.UntilAsync(id, document => document.Status == MigrationStatus.Running);

        await rig.UntilAsync(id, document => document.LastHeartbeatAt > began.LastHeartbeatAt + TimeSpan.FromSeconds(2));
        release.SetResult();

        Assert.Equal("complete", (await rig.FinishAsync(id)).Outcome);
        Assert.Equal(1, rig.Remote.Fetches);
    }

    [Fact]
    public async Task A_worker_that_lost_its_lease_stops_and_writes_nothing_more()
    {
        var (hangs, release, canceled) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        rig.Remote.File("/a").OnFetch = async (_, ct) =>
        {
            hangs.SetResult();
            await using var registration = ct.Register(() => canceled.TrySetResult());
            await release.Task;
        };
        var worker = await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await hangs.Task;

        await rig.Migrations.ChangeAsync(
            id, row => row with { LeaseOwner = "another", LeaseUntil = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1) }, Ct);
        await canceled.Task;
        var after = await rig.DocumentAsync(id);
        release.SetResult();

        // Returns when the run has ended, with all that it had to write.
        await worker.StopAsync(Ct);

        Assert.Equal(after.LastHeartbeatAt, (await rig.DocumentAsync(id)).LastHeartbeatAt);
        Assert.Equal(0, (await rig.DocumentAsync(id)).Progress.FilesImported);
        await Assert.ThrowsAsync<LeaseLostException>(() => rig.Ledger.WriteAsync(id, "the first", [], Ct));
    }

    [Fact]
    public async Task A_resume_asks_for_the_space_of_what_is_left_alone()
    {
        rig.Options.FilesPerMigration = 1;
        rig.Remote.File("/a", 900).File("/b", 100).FreeSpace = 1000;
        rig.Remote.OnFetch = (file, ct) => file.Path.Name == "b" ? Task.Delay(Timeout.Infinite, ct) : Task.CompletedTask;
        var first = await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await rig.UntilAsync(id, document => document.Progress.BytesImported == 900);
        await first.StopAsync(Ct);

        rig.Remote.FreeSpace = 100;
        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;
        await rig.StartWorkerAsync();

        Assert.Equal("complete", (await rig.FinishAsync(id)).Outcome);
    }
}

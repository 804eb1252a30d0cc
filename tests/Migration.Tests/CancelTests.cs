using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>A cancel ends a migration within two seconds, wherever it stands.</summary>
public sealed class CancelTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transfer_that_hangs_is_aborted(bool byAnotherProcess)
    {
        // As it is configured by default.
        (rig.Options.LeaseCheck, rig.Options.ReportInterval, rig.Options.LedgerDelay) =
            (new MigrationOptions().LeaseCheck, new MigrationOptions().ReportInterval, new MigrationOptions().LedgerDelay);
        rig.Options.Lease = TimeSpan.FromSeconds(30);
        rig.Options.LeaseRenewal = TimeSpan.FromSeconds(10);
        rig.Options.FilesPerMigration = 2;
        var (hangs, aborted) = (new TaskCompletionSource(), new TaskCompletionSource());
        rig.Remote.File("/done.txt", 3).File("/hangs.bin", 1 << 30).OnFetch = async (file, ct) =>
        {
            if (file.Path.Name == "hangs.bin")
            {
                hangs.SetResult();
                await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                aborted.SetResult();
            }
        };
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await hangs.Task;

        await using var other = rig.OpenSecond();
        var begun = TimeProvider.System.GetTimestamp();
        await (byAnotherProcess ? other.Orders : rig.Orders).CancelAsync(Rig.Instance, id, Ct);
        var document = await rig.FinishAsync(id);

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.True(aborted.Task.IsCompleted);
        Assert.Equal((MigrationStatus.Canceled, "canceled by user"), (document.Status, document.FailureReason));
        Assert.Equal(1, document.Progress.FilesImported);
        Assert.True(document.CancelRequested);
        Assert.NotNull(document.CanceledAt);
        Assert.NotNull(document.FinishedAt);
    }

    [Fact]
    public async Task A_migration_that_no_worker_has_ends_at_once()
    {
        var id = await rig.TriggerAsync();

        await rig.Orders.CancelAsync(Rig.Instance, id, Ct);

        Assert.Equal(MigrationStatus.Canceled, (await rig.DocumentAsync(id)).Status);
        await rig.TriggerAsync();
    }

    [Fact]
    public async Task A_migration_whose_worker_died_ends_at_once_when_its_lease_is_over()
    {
        var id = await rig.TriggerAsync();
        var now = TimeProvider.System.GetUtcNow();
        await rig.Migrations.ChangeAsync(
            id, row => row with { Document = row.Document.Start(now), LeaseOwner = "dead", LeaseUntil = now - TimeSpan.FromSeconds(1) }, Ct);

        await rig.Orders.CancelAsync(Rig.Instance, id, Ct);

        Assert.Equal(MigrationStatus.Canceled, (await rig.DocumentAsync(id)).Status);
    }

    [Fact]
    public async Task A_cancel_that_its_worker_did_not_live_to_see_is_carried_out_by_the_next_one()
    {
        rig.Remote.File("/a");
        var id = await rig.TriggerAsync();
        var now = TimeProvider.System.GetUtcNow();
        await rig.Migrations.ChangeAsync(
            id, row => row with { Document = row.Document.Start(now), LeaseOwner = "dead", LeaseUntil = now + TimeSpan.FromMilliseconds(300) }, Ct);
        await rig.Orders.CancelAsync(Rig.Instance, id, Ct);
        Assert.Equal(MigrationStatus.Running, (await rig.DocumentAsync(id)).Status);

        await rig.StartWorkerAsync();

        Assert.Equal(MigrationStatus.Canceled, (await rig.FinishAsync(id)).Status);
        Assert.Equal(0, rig.Remote.Fetches);
    }

    [Fact]
    public async Task What_is_unknown_belongs_to_another_or_has_ended_cannot_be_canceled()
    {
        var id = await rig.TriggerAsync();
        var foreign = await Assert.ThrowsAsync<FaultException>(() => rig.Orders.CancelAsync("other.example", id, Ct));
        var unknown = await Assert.ThrowsAsync<FaultException>(() => rig.Orders.CancelAsync(Rig.Instance, new('0', 32), Ct));
        await rig.Orders.CancelAsync(Rig.Instance, id, Ct);
        var ended = await Assert.ThrowsAsync<FaultException>(() => rig.Orders.CancelAsync(Rig.Instance, id, Ct));

        Assert.Equal((Fault.NotFound, "nextcloud migration not found"), (foreign.Fault, foreign.Message));
        Assert.Equal(Fault.NotFound, unknown.Fault);
        Assert.Equal((Fault.Conflict, "nextcloud migration already in a terminal state"), (ended.Fault, ended.Message));
    }

    [Fact]
    public async Task A_cancel_that_cannot_be_published_changes_nothing()
    {
        var id = await rig.TriggerAsync();
        rig.Commands = new BrokenCommands();

        var refused = await Assert.ThrowsAsync<FaultException>(() => rig.Orders.CancelAsync(Rig.Instance, id, Ct));

        Assert.Equal(Fault.Unavailable, refused.Fault);
        Assert.Equal(MigrationStatus.Pending, (await rig.DocumentAsync(id)).Status);
        Assert.Null((await rig.DocumentAsync(id)).CancelRequested);
    }
}

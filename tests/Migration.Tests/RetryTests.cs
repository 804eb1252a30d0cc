using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>What failed is tried again, under the same document.</summary>
public sealed class RetryTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    private RetryOrders Retries => new(rig.Migrations, rig.Ledger, rig.Work, TimeProvider.System, new TestLog<RetryOrders>());

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Only_what_failed_is_asked_for_again_and_the_same_document_ends_complete()
    {
        rig.Remote.File("/good.txt", 5).File("/bad.txt", 7).Folder("/shut").File("/shut/inside.txt", 11);
        rig.Remote.OnFetch = (file, _) => file.Path.Name == "bad.txt" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;
        rig.Remote.OnList = (folder, _) => folder == "/shut" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        var first = await rig.FinishAsync(id);
        Assert.Equal(("partial", 2L), (first.Outcome, first.Counts!.Failed));
        var (fetches, listings) = (rig.Remote.Fetches, rig.Remote.Listed["/"]);
        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;
        rig.Remote.OnList = (_, _) => Task.CompletedTask;

        await Retries.RetryAsync(Rig.Instance, id, Ct);
        var second = await rig.FinishAsync(id);

        Assert.Equal((MigrationStatus.Completed, "complete"), (second.Status, second.Outcome));
        Assert.Equal((new Progress(3, 3, 23, 23), 0L), (second.Progress, second.Counts!.Failed));
        Assert.Empty(second.Errors);
        Assert.Equal((2, 0), (rig.Remote.Fetches - fetches, rig.Remote.Listed["/"] - listings));
        Assert.Equal(1, rig.Remote.Moved["/good.txt"]);
    }

    [Fact]
    public async Task What_fails_again_is_on_record_again()
    {
        rig.Remote.File("/bad.txt");
        rig.Remote.OnFetch = (_, _) => throw new FaultException(Fault.Forbidden, "no");
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await rig.FinishAsync(id);
        var fetches = rig.Remote.Fetches;

        await Retries.RetryAsync(Rig.Instance, id, Ct);
        var document = await rig.FinishAsync(id);

        Assert.Equal(("partial", 1L, 1), (document.Outcome, document.Counts!.Failed, document.Errors.Count));
        Assert.Equal(1, rig.Remote.Fetches - fetches);
    }

    [Fact]
    public async Task A_canceled_migration_goes_on_where_it_stood()
    {
        rig.Remote.File("/a.txt").File("/b.txt");
        var id = await rig.TriggerAsync();
        await rig.Orders.CancelAsync(Rig.Instance, id, Ct);
        Assert.Equal(MigrationStatus.Canceled, (await rig.DocumentAsync(id)).Status);
        await rig.StartWorkerAsync();

        await Retries.RetryAsync(Rig.Instance, id, Ct);
        var document = await rig.FinishAsync(id);

        Assert.Equal((MigrationStatus.Completed, 2), (document.Status, rig.Remote.Drive.Count));
        Assert.Null(document.CancelRequested);
        Assert.Null(document.FailureReason);
    }

    [Fact]
    public async Task Nothing_is_retried_that_runs_that_is_complete_or_that_another_migration_stands_in_the_way_of()
    {
        rig.Remote.File("/a.txt");
        rig.Remote.OnFetch = (_, _) => throw new FaultException(Fault.Forbidden, "no");
        var worker = await rig.StartWorkerAsync();
        var partial = await rig.TriggerAsync();
        await rig.FinishAsync(partial);
        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;
        var complete = await rig.TriggerAsync(target: "/Elsewhere");
        await rig.FinishAsync(complete);
        await worker.StopAsync(Ct);
        var waiting = await rig.TriggerAsync(target: "/Third");

        Assert.Equal("nextcloud migration has nothing to retry", await RefusalAsync(complete));
        Assert.Equal("a nextcloud migration is already in progress", await RefusalAsync(waiting));
        Assert.Equal("a nextcloud migration is already in progress", await RefusalAsync(partial));
        Assert.Equal("nextcloud migration not found", await RefusalAsync("unknown"));
        Assert.Equal(MigrationStatus.Completed, (await rig.DocumentAsync(partial)).Status);
    }

    [Fact]
    public async Task Of_many_retries_at_once_one_runs()
    {
        rig.Remote.File("/a.txt");
        rig.Remote.OnFetch = (_, _) => throw new FaultException(Fault.Forbidden, "no");
        var worker = await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        await rig.FinishAsync(id);
        await worker.StopAsync(Ct);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await Retries.RetryAsync(Rig.Instance, id, Ct);
                return true;
            }
            catch (FaultException e) when (e.Fault == Fault.Conflict)
            {
                return false;
            }
        }));

        Assert.Single(taken, won => won);
    }

    private async Task<string> RefusalAsync(string id) =>
        (await Assert.ThrowsAsync<FaultException>(() => Retries.RetryAsync(Rig.Instance, id, Ct))).Message;
}

using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>What a migration waits for instead of failing, and how it goes on.</summary>
public sealed class WaitTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_refused_password_is_confirmed_once_and_then_waited_for_without_another_request()
    {
        var refused = await WaitForPasswordAsync();
        var (document, fetches, asked) = (await rig.DocumentAsync(refused), rig.Remote.Fetches, rig.Remote.Identifications);

        // Looks that would come: none does, whoever else is served meanwhile.
        await rig.FinishAsync(await rig.TriggerAsync("/Nothing", instance: "other.example"), "other.example");

        Assert.Equal(MigrationStatus.Running, document.Status);
        Assert.Contains("credentials", document.WaitingFor!.Message, StringComparison.Ordinal);
        Assert.Equal(document.WaitingFor.Since + rig.Options.LongestWait, document.WaitingFor.Until);
        Assert.Null(document.FailureReason);
        Assert.Equal(1, asked);
        Assert.Equal((fetches, asked), (rig.Remote.Fetches, rig.Remote.Identifications));
    }

    [Fact]
    public async Task A_new_password_lets_the_migration_go_on_where_it_stopped()
    {
        var id = await WaitForPasswordAsync();
        var before = rig.Remote.Moved.Count;
        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;
        rig.Remote.OnIdentify = () => Task.CompletedTask;

        await rig.Credentials.RenewAsync(Rig.Instance, id, " new ", Ct);
        var document = await rig.FinishAsync(id);

        Assert.InRange(before, 1, 199);
        Assert.Equal("complete", document.Outcome);
        Assert.Null(document.WaitingFor);
        Assert.Equal(["new"], rig.Remote.Renewed);
        Assert.All(rig.Remote.Moved.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_new_password_is_refused_when_it_is_wrong_empty_anothers_or_not_asked_for()
    {
        var id = await WaitForPasswordAsync();
        rig.Remote.OnProbe = _ => throw new FaultException(Fault.Unauthenticated, "401");
        var wrong = await RefusedAsync(id, "wrong");
        rig.Remote.OnProbe = _ => throw new FaultException(Fault.BadGateway, "nobody there");
        var away = await RefusedAsync(id, "new");
        rig.Remote.OnProbe = _ => Task.CompletedTask;
        var empty = await RefusedAsync(id, " ");
        rig.Remote.Owner = new("https://nc.alma.example/", "berta");
        var others = await RefusedAsync(id, "bertas");
        var unknown = await RefusedAsync(new('0', 32), "new");
        var document = await rig.DocumentAsync(id);
        await rig.Orders.CancelAsync(Rig.Instance, id, Ct);
        var ended = await RefusedAsync(id, "new");

        Assert.Equal((Fault.Unauthenticated, "nextcloud credentials are invalid"), (wrong.Fault, wrong.Message));
        Assert.Equal((Fault.BadGateway, "nextcloud unreachable: nobody there"), (away.Fault, away.Message));
        Assert.Equal(Fault.Invalid, empty.Fault);
        Assert.Equal(Fault.Conflict, others.Fault);
        Assert.Equal(Fault.NotFound, unknown.Fault);
        Assert.Equal(Fault.Conflict, ended.Fault);
        Assert.Equal(WaitReasons.Credentials, document.WaitingFor?.Reason);
        Assert.Empty(rig.Remote.Renewed);
    }

    [Fact]
    public async Task A_password_that_nobody_gives_fails_the_migration_in_the_end()
    {
        rig.Options.LongestWait = TimeSpan.FromMilliseconds(500);

        var document = await rig.FinishAsync(await WaitForPasswordAsync());

        Assert.Equal(MigrationStatus.Failed, document.Status);
        Assert.Contains("credentials", document.FailureReason, StringComparison.Ordinal);
        Assert.Null(document.WaitingFor);
        Assert.Equal(1, rig.Remote.Identifications);
    }

    [Fact]
    public async Task A_refusal_that_is_not_confirmed_is_one_of_that_file_and_tried_again()
    {
        var refusals = 1;
        rig.Remote.File("/a").OnFetch = (_, _) =>
            refusals-- > 0 ? throw new FaultException(Fault.Unauthenticated, "401") : Task.CompletedTask;
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal("complete", document.Outcome);
        Assert.Equal((1, 2), (rig.Remote.Identifications, rig.Remote.Fetches));
    }

    [Fact]
    public async Task Maintenance_is_waited_for_and_asks_nothing_of_the_account_meanwhile()
    {
        rig.Remote.File("/a").File("/b");
        rig.Remote.OnFetch = (_, _) => throw new FaultException(Fault.Maintenance, "503");
        rig.Remote.OnCheckUp = () => throw new FaultException(Fault.Maintenance, "maintenance");
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        var first = await rig.UntilAsync(id, document => document.WaitingFor is not null);
        var fetches = rig.Remote.Fetches;
        var looks = rig.Remote.CheckUps;

        await Eventually.GetAsync(() => Task.FromResult(rig.Remote.CheckUps), count => count > looks + 2);
        var later = await rig.DocumentAsync(id);
        Assert.Equal((fetches, 0), (rig.Remote.Fetches, rig.Remote.Identifications));
        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;
        rig.Remote.OnCheckUp = () => Task.CompletedTask;
        var document = await rig.FinishAsync(id);

        Assert.Equal((MigrationStatus.Running, WaitReasons.Maintenance), (first.Status, first.WaitingFor!.Reason));
        Assert.Equal(first.WaitingFor, later.WaitingFor);
        Assert.Equal("complete", document.Outcome);
    }

    [Fact]
    public async Task A_network_that_is_down_is_waited_for_and_one_that_never_comes_back_fails()
    {
        rig.Options.LongestWait = TimeSpan.FromSeconds(1);
        rig.Remote.File("/a").OnFetch = (_, _) => throw new FaultException(Fault.BadGateway, "broke off");
        rig.Remote.OnCheckUp = () => throw new FaultException(Fault.BadGateway, "nc.alma.example cannot be reached from here");
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();

        var waiting = await rig.UntilAsync(id, document => document.WaitingFor is not null);
        var document = await rig.FinishAsync(id);

        Assert.Equal(WaitReasons.Source, waiting.WaitingFor!.Reason);
        Assert.Equal((MigrationStatus.Failed, "The Nextcloud cannot be reached: nc.alma.example cannot be reached from here"), (document.Status, document.FailureReason));
        Assert.DoesNotContain(document.Errors, error => error.Path.Length > 0);
    }

    [Fact]
    public async Task A_service_of_ours_that_is_away_is_waited_for_and_not_told_as_a_Nextcloud_that_is()
    {
        rig.Remote.File("/a").OnFetch = (_, _) => throw new PeerAwayException("away", new IOException());
        rig.Remote.OnCheckUp = () => throw new PeerAwayException("away", new IOException());
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();

        var waiting = await rig.UntilAsync(id, document => document.WaitingFor is not null);
        rig.Remote.File("/a").OnFetch = (_, _) => Task.CompletedTask;
        rig.Remote.OnCheckUp = () => Task.CompletedTask;

        Assert.Equal("Another service of this server cannot be reached", waiting.WaitingFor!.Message);
        Assert.Equal("complete", (await rig.FinishAsync(id)).Outcome);
    }

    [Fact]
    public async Task Files_that_fail_one_by_one_ask_about_the_source_once_in_a_while()
    {
        for (var i = 0; i < 500; i++)
        {
            rig.Remote.File($"/{i}");
        }

        rig.Options.Attempts = 1;
        rig.Remote.OnFetch = (_, _) => throw new FaultException(Fault.BadGateway, "not this file");
        await rig.StartWorkerAsync();

        Assert.Equal("partial", (await rig.FinishAsync(await rig.TriggerAsync())).Outcome);

        Assert.Equal(1000, rig.Remote.Fetches);
        Assert.InRange(rig.Remote.CheckUps, 1, 100);
    }

    [Fact]
    public void A_worker_that_is_killed_keeps_others_off_for_less_than_a_minute()
    {
        var options = new MigrationOptions();

        Assert.InRange(options.Lease + options.LookForWork, TimeSpan.Zero, TimeSpan.FromSeconds(59));
    }

    [Fact]
    public async Task A_disabled_account_fails_with_its_reason()
    {
        rig.Remote.File("/a").OnFetch = (_, _) => throw new FaultException(Fault.AccountDisabled, "Account disabled");
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal((MigrationStatus.Failed, "The account is disabled in the Nextcloud"), (document.Status, document.FailureReason));
        Assert.Equal(0, rig.Remote.Identifications);
    }

    [Fact]
    public async Task A_drive_that_fills_up_on_the_way_is_waited_for_with_what_is_missing()
    {
        rig.Remote.File("/a.bin", 100).File("/b.bin", 300).File("/c.bin", 50);
        rig.Options.FilesPerMigration = 1;
        rig.Remote.OnFetch = (file, _) =>
        {
            if (file.Path.Name == "b.bin" && rig.Remote.FreeSpace is null)
            {
                rig.Remote.FreeSpace = 20;
            }

            return file.Size > rig.Remote.FreeSpace ? throw new FaultException(Fault.OutOfSpace, "full") : Task.CompletedTask;
        };
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();

        var waiting = await rig.UntilAsync(id, document => document.WaitingFor is not null);
        Assert.Equal((WaitReasons.Space, 330), (waiting.WaitingFor!.Reason, waiting.WaitingFor.MissingBytes));
        Assert.Equal("Insufficient quota: need 350 bytes, only 20 available", waiting.WaitingFor.Message);
        Assert.Equal((1, 2), (waiting.Progress.FilesImported, rig.Remote.Fetches));
        rig.Remote.FreeSpace = 350;
        var document = await rig.FinishAsync(id);

        Assert.Equal(("complete", 450), (document.Outcome, document.Progress.BytesImported));
    }

    [Fact]
    public async Task A_drive_that_promises_space_and_never_takes_a_file_is_not_asked_for_ever()
    {
        rig.Options.LongestWait = TimeSpan.FromSeconds(1);
        rig.Remote.File("/a.bin", 100).OnFetch = (_, _) => throw new FaultException(Fault.OutOfSpace, "full");
        rig.Remote.FreeSpace = 1000;
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal((MigrationStatus.Failed, "Insufficient quota: the drive is full"), (document.Status, document.FailureReason));
        Assert.InRange(rig.Remote.Fetches, 2, 40);
    }

    [Fact]
    public async Task A_migration_that_waits_is_canceled_at_once_and_takes_no_place()
    {
        rig.Options.ConcurrentMigrations = 1;
        var id = await WaitForPasswordAsync();

        var other = await rig.TriggerAsync("/Nothing", instance: "other.example");
        Assert.Equal(MigrationStatus.Failed, (await rig.FinishAsync(other, "other.example")).Status);
        await rig.Orders.CancelAsync(Rig.Instance, id, Ct);

        var document = await rig.DocumentAsync(id);
        Assert.Equal(MigrationStatus.Canceled, document.Status);
        Assert.Null(document.WaitingFor);
        await rig.TriggerAsync();
    }

    [Fact]
    public async Task A_cancel_that_meets_the_stop_of_a_run_does_not_wait_for_its_next_look()
    {
        var now = TimeProvider.System.GetUtcNow();
        var id = await rig.TriggerAsync();
        await rig.Migrations.ChangeAsync(id, row => (row with { Document = row.Document.Start(now).RequestCancel(now) }).LeftUntil(now + TimeSpan.FromDays(7)), Ct);

        await rig.StartWorkerAsync();

        Assert.Equal(MigrationStatus.Canceled, (await rig.FinishAsync(id)).Status);
    }

    // 200 files, of which some come before the password is refused.
    private async Task<string> WaitForPasswordAsync()
    {
        for (var i = 0; i < 200; i++)
        {
            rig.Remote.File($"/{i}");
        }

        rig.Remote.OnFetch = (file, _) =>
            int.Parse(file.Path.Name) < 20 ? Task.CompletedTask : throw new FaultException(Fault.Unauthenticated, "401");
        rig.Remote.OnIdentify = () => throw new FaultException(Fault.Unauthenticated, "401");
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();
        var waiting = await rig.UntilAsync(id, document => document.WaitingFor is not null || document.Status.IsTerminal());
        Assert.Equal(WaitReasons.Credentials, waiting.WaitingFor?.Reason ?? (waiting.FailureReason is null ? "" : WaitReasons.Credentials));
        Assert.InRange(rig.Remote.Fetches, 20, 20 + rig.Options.FilesPerMigration);
        return id;
    }

    private Task<FaultException> RefusedAsync(string id, string password) =>
        Assert.ThrowsAsync<FaultException>(() => rig.Credentials.RenewAsync(Rig.Instance, id, password, Ct));
}

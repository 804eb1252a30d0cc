using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>What a trigger checks, in which order, and what it leaves behind.</summary>
public sealed class TriggerTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_triggered_migration_is_pending_with_every_field_of_the_contract()
    {
        var id = await rig.TriggerAsync("Photos//2024/", "/My Nextcloud/");

        var migration = (await rig.Migrations.FindAsync(Rig.Instance, id, Ct))!;
        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Matches("^[1-9][0-9]*-[0-9a-f]{32}$", migration.Rev);
        var created = Timestamp.Text(migration.Document.CozyMetadata.CreatedAt);
        Assert.Equal(
            """
            {"status":"pending","target_dir":"/My Nextcloud","source_path":"/Photos/2024",
            "progress":{"files_imported":0,"files_total":0,"bytes_imported":0,"bytes_total":0},"errors":[],"skipped":[],
            "started_at":null,"finished_at":null,"schema_version":2,"errors_truncated_count":0,"skipped_truncated_count":0,
            "renamed":[],"renamed_count":0,"account_id":"account-1","nextcloud_url":"nc.alma.example",
            "source_owner":{"address":"https://nc.alma.example/","user_id":"alma"},"cozyMetadata":{"createdAt":"CREATED"}}
            """.ReplaceLineEndings("").Replace("CREATED", created, StringComparison.Ordinal),
            DocumentJson.Write(migration.Document));
    }

    [Fact]
    public async Task An_account_that_is_here_is_used_as_it_is()
    {
        rig.Remote.OnProbe = _ => throw new InvalidOperationException("asked with a password");

        var migration = await rig.Orders.TriggerAsync(Rig.Instance, TriggerOrder.OfAccount("account-7", "", ""), Ct);

        Assert.Equal(("account-7", "/Nextcloud", "/"), (migration.Document.AccountId, migration.Document.TargetDir, migration.Document.SourcePath));
        Assert.Equal("alma", migration.Document.SourceOwner!.UserId);
        Assert.Empty(rig.Remote.Accounts);
    }

    [Theory]
    [InlineData(nameof(Fault.NotFound), nameof(Fault.NotFound))]
    [InlineData(nameof(Fault.Unauthenticated), nameof(Fault.Unauthenticated))]
    [InlineData(nameof(Fault.Unavailable), nameof(Fault.BadGateway))]
    public async Task An_account_that_is_gone_or_refused_starts_nothing(string answered, string told)
    {
        rig.Remote.OnIdentify = () => throw new FaultException(Enum.Parse<Fault>(answered), "no");

        var refused = await Assert.ThrowsAsync<FaultException>(() => rig.Orders.TriggerAsync(Rig.Instance, TriggerOrder.OfAccount("account-7", "", ""), Ct));

        Assert.Equal(told, refused.Fault.ToString());
        rig.Remote.OnIdentify = () => Task.CompletedTask;
        await rig.TriggerAsync();
    }

    [Fact]
    public async Task Five_triggers_at_once_are_one_migration_and_one_account()
    {
        await using var other = rig.OpenSecond();
        var all = Enumerable.Range(0, 5).Select(i => Record.ExceptionAsync(() => rig.TriggerAsync(orders: i % 2 == 0 ? rig.Orders : other.Orders)).AsTask());

        var answers = await Task.WhenAll(all);

        Assert.Single(answers, answer => answer is null);
        Assert.All(answers.Where(answer => answer is not null), answer => Assert.Equal(
            (Fault.Conflict, "a nextcloud migration is already in progress"), (((FaultException)answer!).Fault, answer.Message)));
        Assert.Single(rig.Remote.Accounts);
    }

    [Fact]
    public async Task One_that_runs_refuses_another_before_the_nextcloud_is_asked_and_another_instance_is_free()
    {
        await rig.TriggerAsync();
        rig.Remote.OnProbe = _ => throw new InvalidOperationException("asked");

        var refused = await Assert.ThrowsAsync<FaultException>(() => rig.TriggerAsync());
        rig.Remote.OnProbe = _ => Task.CompletedTask;

        Assert.Equal(Fault.Conflict, refused.Fault);
        await rig.TriggerAsync(instance: "other.example");
    }

    [Theory]
    [InlineData(Fault.Unauthenticated, Fault.Unauthenticated, "nextcloud credentials are invalid")]
    [InlineData(Fault.Forbidden, Fault.Unauthenticated, "nextcloud credentials are invalid")]
    [InlineData(Fault.Unavailable, Fault.BadGateway, "nextcloud unreachable: cause")]
    [InlineData(Fault.BadGateway, Fault.BadGateway, "nextcloud unreachable: cause")]
    [InlineData(Fault.NotFound, Fault.BadGateway, "nextcloud unreachable: cause")]
    [InlineData(Fault.Malformed, Fault.BadGateway, "nextcloud unreachable: cause")]
    internal async Task A_probe_that_fails_leaves_nothing_behind(Fault said, Fault answered, string text)
    {
        rig.Remote.OnProbe = _ => throw new FaultException(said, "cause");

        var refused = await Assert.ThrowsAsync<FaultException>(() => rig.TriggerAsync());

        Assert.Equal((answered, text), (refused.Fault, refused.Message));
        Assert.Empty(rig.Remote.Accounts);
        rig.Remote.OnProbe = _ => Task.CompletedTask;
        await rig.TriggerAsync();
    }

    [Fact]
    public async Task A_service_of_ours_that_is_away_is_not_told_as_a_Nextcloud_that_is()
    {
        rig.Remote.OnProbe = _ => throw new PeerAwayException("away", new IOException());
        Assert.Equal(Fault.Unavailable, (await Assert.ThrowsAsync<PeerAwayException>(() => rig.TriggerAsync())).Fault);
        rig.Remote.OnProbe = _ => Task.CompletedTask;

        rig.Remote.OnSaveAccount = () => throw new PeerAwayException("away", new IOException());
        await Assert.ThrowsAsync<PeerAwayException>(() => rig.TriggerAsync());
        rig.Remote.OnSaveAccount = () => Task.CompletedTask;
        await rig.TriggerAsync();
    }

    [Fact]
    public async Task A_probe_that_names_its_cause_already_is_not_told_twice()
    {
        rig.Remote.OnProbe = _ => throw new FaultException(Fault.BadGateway, "nextcloud unreachable: no such host");

        Assert.Equal("nextcloud unreachable: no such host", (await Assert.ThrowsAsync<FaultException>(() => rig.TriggerAsync())).Message);
    }

    [Fact]
    public async Task An_account_that_cannot_be_saved_leaves_nothing_behind()
    {
        rig.Remote.OnSaveAccount = () => throw new FaultException(Fault.Unavailable, "no");

        var refused = await Assert.ThrowsAsync<FaultException>(() => rig.TriggerAsync());
        rig.Remote.OnSaveAccount = () => Task.CompletedTask;

        Assert.Equal(Fault.Internal, refused.Fault);
        await rig.TriggerAsync();
    }

    [Fact]
    public async Task A_reservation_whose_process_died_gives_way_and_no_worker_takes_it()
    {
        var now = TimeProvider.System.GetUtcNow();
        var dead = new TrackedMigration
        {
            Instance = Rig.Instance,
            Id = new('d', 32),
            LeaseOwner = "dead",
            LeaseUntil = now + TimeSpan.FromHours(1),
            Document = new() { Status = MigrationStatus.Pending, SourcePath = "/", TargetDir = "/Nextcloud", CozyMetadata = new(now) },
        };
        Assert.True(await rig.Migrations.TryAddAsync(dead, now, Ct));
        Assert.Equal(Fault.Unavailable, (await Assert.ThrowsAsync<FaultException>(() => rig.TriggerAsync())).Fault);
        Assert.Null(await rig.Migrations.FindAsync(Rig.Instance, dead.Id, Ct));

        await rig.Migrations.ChangeAsync(dead.Id, row => row with { LeaseUntil = now }, Ct);

        Assert.Empty(await rig.Migrations.FindWaitingAsync(TimeProvider.System.GetUtcNow(), 10, Ct));
        await rig.TriggerAsync();
    }

    [Fact]
    public async Task An_order_waits_for_another_that_is_being_taken_and_goes_on_when_that_comes_to_nothing()
    {
        var saving = new TaskCompletionSource();
        var mayFail = new TaskCompletionSource();
        rig.Remote.OnSaveAccount = async () =>
        {
            rig.Remote.OnSaveAccount = () => Task.CompletedTask;
            saving.SetResult();
            await mayFail.Task;
            throw new FaultException(Fault.Unavailable, "no");
        };
        var first = rig.TriggerAsync();
        await saving.Task.WaitAsync(Ct);
        var second = rig.TriggerAsync();
        mayFail.SetResult();

        await Assert.ThrowsAsync<FaultException>(() => first);
        Assert.NotNull(await rig.Migrations.FindAsync(Rig.Instance, await second, Ct));
    }

    [Fact]
    public async Task A_command_that_cannot_be_published_leaves_a_failed_document_and_frees_the_instance()
    {
        var added = new CapturedCommands();
        rig.Commands = added;

        var refused = await Assert.ThrowsAsync<FaultException>(() => rig.TriggerAsync());

        Assert.Equal((Fault.Unavailable, "migration service is unavailable, please retry later"), (refused.Fault, refused.Message));
        var document = await rig.DocumentAsync(added.Id);
        Assert.Equal(MigrationStatus.Failed, document.Status);
        Assert.Equal(("", "publish migration command: no broker"), (Assert.Single(document.Errors).Path, document.Errors[0].Message));
        Assert.NotNull(document.FinishedAt);
        rig.Commands = new LocalCommands();
        await rig.TriggerAsync();
    }

    [Fact]
    public async Task No_worker_begins_before_the_command_is_published()
    {
        rig.Remote.File("/a");
        await rig.StartWorkerAsync();

        // While it is published, a worker looks for work twice, and begins with whom it may.
        rig.Commands = new CapturedCommands
        {
            Publishing = async () =>
            {
                var other = await rig.TriggerAsync(instance: "bob.example", orders: OrdersOf(new LocalCommands()));
                await rig.FinishAsync(other, "bob.example");
                rig.Work.Set();
            },
        };

        await Assert.ThrowsAsync<FaultException>(() => rig.TriggerAsync());

        Assert.Equal(1, rig.Remote.Fetches);
    }

    private MigrationOrders OrdersOf(ICommands commands) =>
        new(rig.Migrations, rig.Remote, commands, rig.Work, TimeProvider.System, new TestLog<MigrationOrders>());

    private sealed class CapturedCommands : ICommands
    {
        public string Id { get; private set; } = "";

        public Func<Task> Publishing { get; init; } = () => Task.CompletedTask;

        public async Task RequestAsync(TrackedMigration migration, CancellationToken ct)
        {
            Id = migration.Id;
            await Publishing();
            throw new IOException("no broker");
        }

        public Task CancelAsync(TrackedMigration migration, CancellationToken ct) => Task.CompletedTask;
    }
}

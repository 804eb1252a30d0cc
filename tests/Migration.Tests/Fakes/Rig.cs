using Microsoft.Extensions.Options;
using Migration.Migrations;
using Migration.Tracking;
using Shared.Events;
using Shared.Storage;
using Tests.Storage;

namespace Migration.Tests.Fakes;

/// <summary>A worker, its orders and its rows in a real SQLite file; only the other service is a fake.</summary>
internal sealed class Rig : IAsyncLifetime
{
    public const string Instance = "alma.example";

    private readonly string directory = Directory.CreateTempSubdirectory("migration-tests-").FullName;
    private readonly List<Worker> workers = [];

    public Rig()
    {
        Database = TestEngine.Open(directory, "migration.db");
        Migrations = new MigrationTable(Database, new(new TestLog<EventHub>()));
        Ledger = new LedgerTable(Database);
    }

    public FakeRemote Remote { get; } = new();

    public ICommands Commands { get; set; } = new LocalCommands();

    public Signal Work { get; } = new();

    public Database Database { get; }

    public IMigrations Migrations { get; }

    public ILedger Ledger { get; }

    public MigrationOptions Options { get; } = new()
    {
        Lease = TimeSpan.FromSeconds(2),
        LeaseRenewal = TimeSpan.FromMilliseconds(300),
        LeaseCheck = TimeSpan.FromMilliseconds(100),
        LookForWork = TimeSpan.FromMilliseconds(50),
        LedgerDelay = TimeSpan.FromMilliseconds(50),
        ReportInterval = TimeSpan.FromMilliseconds(50),
        RetryDelay = TimeSpan.FromMilliseconds(1),
        WaitLook = TimeSpan.FromMilliseconds(50),
        LongestWaitLook = TimeSpan.FromMilliseconds(200),
    };

    public MigrationOrders Orders =>
        new(Migrations, Remote, Commands, Work, TimeProvider.System, new TestLog<MigrationOrders>());

    public CredentialOrders Credentials => new(Migrations, Remote, Work, TimeProvider.System, new TestLog<CredentialOrders>());

    public async ValueTask InitializeAsync() => await Schema.Of(Database).MigrateAsync(TestContext.Current.CancellationToken);

    /// <summary>The same rows, as another process sees them.</summary>
    public SecondProcess OpenSecond() => new(TestEngine.Open(directory, "migration.db"), Remote);

    public async Task<Worker> StartWorkerAsync(IMigrations? migrations = null, ILedger? ledger = null, IRemoteFiles? remote = null)
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var run = new MigrationRun(remote ?? Remote, ledger ?? Ledger, options, TimeProvider.System, new TestLog<MigrationRun>());
        var worker = new Worker(migrations ?? Migrations, run, Work, options, TimeProvider.System, new TestLog<Worker>());
        workers.Add(worker);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        return worker;
    }

    public async Task<string> TriggerAsync(
        string source = "/", string target = "/Nextcloud", string instance = Instance, MigrationOrders? orders = null) =>
        (await (orders ?? Orders).TriggerAsync(
            instance,
            TriggerOrder.Read("https://nc.alma.example", "alma", "secret", source, target),
            TestContext.Current.CancellationToken)).Id;

    public Task<TrackingDocument> FinishAsync(string id, string instance) => Eventually.GetAsync(
        async () => (await Migrations.FindAsync(instance, id, TestContext.Current.CancellationToken))!.Document,
        document => document.Status.IsTerminal());

    public Task<TrackingDocument> FinishAsync(string id) => UntilAsync(id, document => document.Status.IsTerminal());

    public Task<TrackingDocument> UntilAsync(string id, Func<TrackingDocument, bool> condition) =>
        Eventually.GetAsync(() => DocumentAsync(id), condition);

    public async Task<TrackingDocument> DocumentAsync(string id) =>
        (await Migrations.FindAsync(Instance, id, TestContext.Current.CancellationToken))!.Document;

    public async ValueTask DisposeAsync()
    {
        // An abandoned worker hangs for ever, as a killed one would.
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Task.WhenAll(workers.Select(worker => worker.StopAsync(soon.Token)));
        Database.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    internal sealed class SecondProcess(Database database, FakeRemote remote) : IAsyncDisposable
    {
        public IMigrations Migrations { get; } = new MigrationTable(database, new(new TestLog<EventHub>()));

        public ILedger Ledger { get; } = new LedgerTable(database);

        public MigrationOrders Orders =>
            new(Migrations, remote, new LocalCommands(), new Signal(), TimeProvider.System, new TestLog<MigrationOrders>());

        public ValueTask DisposeAsync()
        {
            database.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

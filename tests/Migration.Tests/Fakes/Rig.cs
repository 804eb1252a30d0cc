using Microsoft.Extensions.Options;
using Migration.Migrations;
using Migration.Tracking;
using Shared.Storage;

namespace Migration.Tests.Fakes;

/// <summary>A worker, its orders and its rows in a real SQLite file; only the other service is a fake.</summary>
internal sealed class Rig : IAsyncLifetime, IDisposable
{
    public const string Instance = "alma.example";

    private readonly string directory = Directory.CreateTempSubdirectory("migration-tests-").FullName;
    private readonly List<Worker> workers = [];
    private readonly List<Database> databases = [];

    public Rig()
    {
        Database = OpenDatabase();
        Migrations = new MigrationTable(Database);
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
    };

    public MigrationOrders Orders =>
        new(Migrations, Remote, Commands, Work, TimeProvider.System, new TestLog<MigrationOrders>());

    public async ValueTask InitializeAsync() => await new TrackingSchema(Database).StartingAsync(TestContext.Current.CancellationToken);

    /// <summary>The same file, as another process would open it.</summary>
    public Database OpenDatabase()
    {
        var database = new Database(Path.Combine(directory, "migration.db"));
        databases.Add(database);
        return database;
    }

    public async Task<Worker> StartWorkerAsync(IMigrations? migrations = null, ILedger? ledger = null, IRemoteFiles? remote = null)
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var run = new MigrationRun(remote ?? Remote, ledger ?? Ledger, options, TimeProvider.System, new TestLog<MigrationRun>());
        var worker = new Worker(migrations ?? Migrations, run, Work, options, TimeProvider.System, new TestLog<Worker>());
        workers.Add(worker);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        return worker;
    }

    public async Task<string> TriggerAsync(string source = "/", string target = "/Nextcloud", string instance = Instance) =>
        (await Orders.TriggerAsync(
            instance,
            TriggerOrder.Read("https://nc.alma.example", "alma", "secret", source, target),
            TestContext.Current.CancellationToken)).Id;

    public Task<TrackingDocument> FinishAsync(string id) => UntilAsync(id, document => document.Status.IsTerminal());

    public async Task<TrackingDocument> UntilAsync(string id, Func<TrackingDocument, bool> condition)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var document = await DocumentAsync(id);
            if (condition(document))
            {
                return document;
            }

            await Task.Delay(10, late.Token);
        }
    }

    public async Task<TrackingDocument> DocumentAsync(string id) =>
        (await Migrations.FindAsync(Instance, id, TestContext.Current.CancellationToken))!.Document;

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
        {
            // An abandoned worker hangs for ever, as a killed one would.
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await worker.StopAsync(soon.Token);
        }

        databases.ForEach(database => database.Dispose());
        Directory.Delete(directory, recursive: true);
    }

    public void Dispose() => databases.ForEach(database => database.Dispose());
}

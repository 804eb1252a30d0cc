using System.Diagnostics.Metrics;
using Dapper;
using Migration.Migrations;
using Shared.Storage;

namespace Migration.Tracking;

/// <summary>
/// How many migrations stand where, counted now and then: all of the database, whichever replica works on them, so that each replica
/// tells the same.
/// </summary>
internal sealed partial class MigrationGauges : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    // Whose worker died: for a moment nobody may have noticed.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMinutes(1);

    private readonly Database database;
    private readonly TimeProvider clock;
    private readonly ILogger<MigrationGauges> log;
    private IReadOnlyList<Standing> standing = [];

    public MigrationGauges(Database database, IMeterFactory meters, TimeProvider clock, ILogger<MigrationGauges> log)
    {
        (this.database, this.clock, this.log) = (database, clock, log);
        var meter = meters.Create(MigrationMetrics.MeterName);
        meter.CreateObservableGauge(
            "migration.active",
            Counts,
            "{migration}",
            "Migrations that have not ended, by state: pending (no worker yet), running, waiting (for a password, space or the source) or abandoned (its worker is gone, and nobody took it).");
        meter.CreateObservableGauge("migration.oldest.pending.age", Age, "s", "For how long the oldest migration waits for its first worker; 0 without one.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                standing = await ReadAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                standing = [];
                NotCounted(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private Task<IReadOnlyList<Standing>> ReadAsync(CancellationToken ct) => database.ReadAsync<IReadOnlyList<Standing>>(
        async connection => (await connection.QueryAsync<Standing>(
            """
            SELECT CASE
                    WHEN status = 'pending' THEN 'pending'
                    WHEN lease_owner IS NOT NULL AND lease_until > @late THEN 'running'
                    WHEN lease_owner IS NULL AND lease_until > @late THEN 'waiting'
                    ELSE 'abandoned'
                END AS State, COUNT(*) AS Count, MIN(created_at) AS Oldest
            FROM migrations WHERE status IN ('pending', 'running') AND account_id <> '' GROUP BY 1
            """,
            new { late = (clock.GetUtcNow() - Unnoticed).ToUnixTimeMilliseconds() })).AsList(),
        ct);

    // A state without a migration is told as 0: what is not there cannot be held against a threshold.
    private IEnumerable<Measurement<long>> Counts() => new[] { "pending", "running", "waiting", "abandoned" }.Select(state =>
        new Measurement<long>(standing.FirstOrDefault(row => row.State == state)?.Count ?? 0, new KeyValuePair<string, object?>("state", state)));

    private double Age() => standing.FirstOrDefault(row => row.State == "pending") is { } pending
        ? Math.Max((clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(pending.Oldest)).TotalSeconds, 0)
        : 0;

    [LoggerMessage(LogLevel.Warning, "The migrations could not be counted", EventName = "migration.not_counted")]
    private partial void NotCounted(Exception e);

    private sealed record Standing
    {
        public string State { get; init; } = "";

        public long Count { get; init; }

        public long Oldest { get; init; }
    }
}

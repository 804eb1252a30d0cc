using System.Diagnostics.Metrics;
using Operations.Metrics;

namespace Migration.Migrations;

/// <summary>What migrations have done, counted as it is put on record.</summary>
internal static class MigrationMetrics
{
    public const string MeterName = "Bridge.Migration";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Ended = Meter.CreateCounter<long>("migration.ended", "{migration}", "Migrations that came to an end, by outcome: complete, partial, failed or canceled.");
    private static readonly Counter<long> Files = Meter.CreateCounter<long>("migration.files", "{file}", "Files of migrations, by outcome: arrived or failed.");
    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("migration.size", "By", "Bytes of the files that arrived.");
    private static readonly Counter<long> Takeovers = Meter.CreateCounter<long>("migration.lease.takeovers", "{lease}", "Migrations that were taken from a worker whose lease ran out: it was killed, or its database away.");

    public static void Begin()
    {
        Ended.CountFromZero("outcome", "complete", "partial", "failed", "canceled");
        Files.CountFromZero("outcome", "arrived", "failed");
        Bytes.CountFromZero();
        Takeovers.CountFromZero();
    }

    public static void End(string outcome) => Ended.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void TakeOver() => Takeovers.Add(1);

    public static void Move(LedgerTotals moved)
    {
        Count("arrived", moved.FilesImported);
        Count("failed", moved.Errors);
        if (moved.BytesImported > 0)
        {
            Bytes.Add(moved.BytesImported);
        }
    }

    private static void Count(string outcome, long files)
    {
        if (files > 0)
        {
            Files.Add(files, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }
}

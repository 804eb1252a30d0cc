using System.Diagnostics.Metrics;
using Operations.Metrics;

namespace Migration.Queue;

/// <summary>How this process stands with the broker.</summary>
internal static class QueueMetrics
{
    private static readonly Meter Meter = new("Bridge.Queue");
    private static readonly Gauge<int> Connection = Meter.CreateGauge<int>("queue.connected", "{connection}", "1 while commands are heard from the broker, else 0.");
    private static readonly Counter<long> Messages = Meter.CreateCounter<long>("queue.messages", "{message}", "Commands that were taken from the broker, by verdict: done, or dead when it is not readable or could never be put on record.");
    private static readonly Gauge<int> Letters = Meter.CreateGauge<int>("queue.dead_letters", "{message}", "Dead letters that nobody can read, as the last look found them; each is for an operator.");

    public static void Begin() => Messages.CountFromZero("verdict", "done", "dead");

    public static void Connected(bool isConnected) => Connection.Record(isConnected ? 1 : 0);

    public static void Taken(Verdict verdict) => Messages.Add(1, new KeyValuePair<string, object?>("verdict", verdict == Verdict.Done ? "done" : "dead"));

    public static void Dead(string queue, int letters) => Letters.Record(letters, new KeyValuePair<string, object?>("queue", queue));
}

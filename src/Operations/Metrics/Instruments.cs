using System.Diagnostics.Metrics;

namespace Operations.Metrics;

/// <summary>
/// What is told to operators: every instrument of ours, whose meters are named <c>Bridge.…</c>, and of those of the framework the few
/// that answer a question; with the labels that can have but few values.
/// </summary>
public static class Instruments
{
    public const string OursPrefix = "Bridge.";

    private const string Hosting = "Microsoft.AspNetCore.Hosting";
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";
    private const string Runtime = "System.Runtime";

    private static readonly string[] None = [];

    public static readonly IReadOnlyDictionary<(string Meter, string Name), IReadOnlyList<string>> OfFramework =
        new Dictionary<(string Meter, string Name), IReadOnlyList<string>>
        {
            [(Hosting, "http.server.request.duration")] = ["http.request.method", "http.route", "http.response.status_code"],
            [(Hosting, "http.server.active_requests")] = ["http.request.method"],
            [(Kestrel, "kestrel.active_connections")] = None,
            [(Kestrel, "kestrel.rejected_connections")] = None,
            [(Runtime, "dotnet.process.cpu.time")] = ["cpu.mode"],
            [(Runtime, "dotnet.process.memory.working_set")] = None,
            [(Runtime, "dotnet.gc.collections")] = ["gc.heap.generation"],
            [(Runtime, "dotnet.gc.pause.time")] = None,
        };

    /// <summary>The labels that are told of an instrument, null standing for all; false where the instrument is not told at all.</summary>
    public static bool Choose(Instrument instrument, out IReadOnlyList<string>? labels)
    {
        labels = null;
        return instrument.Meter.Name.StartsWith(OursPrefix, StringComparison.Ordinal)
            || OfFramework.TryGetValue((instrument.Meter.Name, instrument.Name), out labels);
    }
}

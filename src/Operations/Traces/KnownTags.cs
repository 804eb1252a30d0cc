using System.Diagnostics;
using OpenTelemetry;

namespace Operations.Traces;

/// <summary>Only what is listed leaves this process with a span; libraries add paths, queries and whole addresses.</summary>
internal sealed class KnownTags : BaseProcessor<Activity>
{
    private static readonly HashSet<string> Allowed =
    [
        "http.route", "http.request.method", "http.response.status_code", "network.protocol.version", "server.address", "server.port", "url.scheme", "error.type",
        "messaging.system", "messaging.operation.name", "messaging.destination.name", "migration.id", "migration.outcome",
    ];

    public override void OnEnd(Activity data)
    {
        foreach (var (name, _) in data.TagObjects.ToArray())
        {
            if (!Allowed.Contains(name))
            {
                data.SetTag(name, null);
            }
        }
    }
}

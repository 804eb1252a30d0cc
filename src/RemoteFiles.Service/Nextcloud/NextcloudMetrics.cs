using System.Diagnostics.Metrics;
using System.Net;
using Operations.Metrics;

namespace RemoteFiles.Nextcloud;

/// <summary>How the Nextclouds out there answer, all of them together: a host's name is a user's business.</summary>
internal static class NextcloudMetrics
{
    public const string MeterName = "Bridge.Nextcloud";

    private static readonly string[] Known = ["GET", "PUT", "POST", "DELETE", "PROPFIND", "MKCOL", "MOVE", "COPY", "REPORT", "SEARCH"];
    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Requests = Meter.CreateHistogram(
        "nextcloud.request.duration",
        "s",
        "From a request to a Nextcloud to the head of its answer, by method and class of the status; none where no answer came.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("nextcloud.logins.refused", "{answer}", "Answers 401: a password that a Nextcloud did not take.");

    public static void Begin() => Refusals.CountFromZero();

    public static void Answered(string method, HttpStatusCode? status, TimeSpan took)
    {
        Requests.Record(
            took.TotalSeconds,
            new KeyValuePair<string, object?>("method", Known.Contains(method) ? method : "other"),
            new KeyValuePair<string, object?>("status", status is { } code ? $"{(int)code / 100}xx" : "none"));
        if (status == HttpStatusCode.Unauthorized)
        {
            Refusals.Add(1);
        }
    }
}

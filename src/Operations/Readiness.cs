using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Operations;

/// <summary>Answers whether this process is ready, and tells the log when that changes and why: once, and not at each probe.</summary>
internal sealed partial class Readiness(IHostApplicationLifetime lifetime, ILogger<Readiness> log)
{
    private string? last;

    public HealthCheckOptions Options
    {
        get
        {
            var options = new HealthCheckOptions();
            var answer = options.ResponseWriter;
            options.ResponseWriter = (context, report) =>
            {
                Note(report);
                return answer(context, report);
            };
            return options;
        }
    }

    private void Note(HealthReport report)
    {
        var failing = report.Entries.Where(check => check.Value.Status != HealthStatus.Healthy).ToList();
        var state = $"{report.Status} {string.Join(' ', failing.Select(check => check.Key))}";

        // That it shuts down is no news to whoever told it to.
        if (lifetime.ApplicationStopping.IsCancellationRequested || Interlocked.Exchange(ref last, state) == state)
        {
            return;
        }

        if (report.Status == HealthStatus.Healthy)
        {
            Ready();
        }
        else
        {
            Failing(report.Status, string.Join("; ", failing.Select(Tell)));
        }
    }

    private static string Tell(KeyValuePair<string, HealthReportEntry> check)
    {
        var (description, reason) = (check.Value.Description ?? "", check.Value.Exception?.Reason() ?? "");
        return $"{check.Key}: {(description.Length == 0 || reason.Contains(description, StringComparison.Ordinal) ? reason : reason.Length == 0 ? description : $"{description}: {reason}")}";
    }

    [LoggerMessage(LogLevel.Information, "Ready", EventName = "health.ready")]
    private partial void Ready();

    [LoggerMessage(LogLevel.Warning, "{Status}: {Reasons}", EventName = "health.failing")]
    private partial void Failing(HealthStatus status, string reasons);
}

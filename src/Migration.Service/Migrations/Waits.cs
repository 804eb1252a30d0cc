using Shared.Faults;

namespace Migration.Migrations;

/// <summary>How a run that was stopped ends: as failed, or waiting for what would let it go on.</summary>
internal static class Waits
{
    /// <summary>Looks whether what the migration waited for is still missing, at the least cost for the source.</summary>
    /// <exception cref="RunStoppedException">It is.</exception>
    public static async Task CheckAsync(TrackingDocument document, Source source, CancellationToken ct)
    {
        switch (document.WaitingFor?.Reason)
        {
            case WaitReasons.Credentials:
                throw new RunStoppedException(Fault.Unauthenticated, document.WaitingFor.Message) { WaitFor = WaitReasons.Credentials };
            case WaitReasons.Maintenance or WaitReasons.Source:
                await source.CheckUpAsync(ct);
                break;
            case WaitReasons.Space when await source.FreeSpaceAsync(ct) is { } free && free < document.Progress.BytesTotal - document.Progress.BytesImported:
                throw new RunStoppedException(Fault.OutOfSpace, document.WaitingFor.Message) { WaitFor = WaitReasons.Space };
            default:
                break;
        }
    }

    /// <param name="document">As it stands.</param>
    /// <param name="stopped">What stopped the run.</param>
    /// <param name="before">What was waited for before this run, unless the run brought something since.</param>
    /// <param name="details">What to tell people.</param>
    /// <param name="missing">Bytes that do not fit, where that is known.</param>
    /// <param name="options">The limits.</param>
    /// <param name="now">The time.</param>
    public static TrackingDocument After(
        TrackingDocument document, RunStoppedException stopped, WaitingFor? before, string details, long? missing, MigrationOptions options, DateTimeOffset now)
    {
        // What cannot fit at all is told before a byte moves (cozy-api 4.1); what no longer fits has a chance.
        if (stopped.WaitFor is not { } reason || (reason == WaitReasons.Space && document.StartedAt is null))
        {
            return document.Fail(details, now);
        }

        var since = before?.Reason == reason ? before.Since : now;
        var until = since + options.LongestWait;
        return now < until ? document.Wait(new(reason, since, until, details, missing), now) : document.Fail(details, now);
    }

    /// <summary>When to look again: seldom after a long wait, and never for a password, which is given.</summary>
    public static DateTimeOffset NextLook(WaitingFor wait, MigrationOptions options, DateTimeOffset now)
    {
        var pause = now - wait.Since < options.WaitLook ? options.WaitLook : now - wait.Since;
        var next = now + (pause < options.LongestWaitLook ? pause : options.LongestWaitLook);
        return wait.Reason == WaitReasons.Credentials || next > wait.Until ? wait.Until : next;
    }
}

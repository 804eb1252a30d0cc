using Migration.Migrations;
using Protos;

namespace Migration.Rpc;

/// <summary>Why a migration is where it is, as a message.</summary>
internal static class ExplanationMessages
{
    private const int OwnerLetters = 8;

    public static Explanation Write(
        TrackedMigration migration, IReadOnlyList<FailedReason> failed, IReadOnlyList<string> next, SourceStanding? source, DateTimeOffset now)
    {
        var document = migration.Document;
        var message = new Explanation
        {
            Id = migration.Id,
            Status = document.Status.Text(),
            Outcome = document.Outcome ?? "",
            FailureReason = document.FailureReason ?? "",
            Now = Timestamp.Text(now),
            CreatedAt = Timestamp.Text(document.CozyMetadata.CreatedAt),
            CancelRequested = document.CancelRequested == true,
            Progress = new()
            {
                FilesImported = document.Progress.FilesImported,
                FilesTotal = document.Progress.FilesTotal,
                BytesImported = document.Progress.BytesImported,
                BytesTotal = document.Progress.BytesTotal,
                BytesInFlight = document.Progress.BytesInFlight,
            },
        };
        if (document.LastHeartbeatAt is { } seen)
        {
            message.LastSeenAt = Timestamp.Text(seen);
        }

        if (migration is { LeaseOwner: { } owner, LeaseUntil: { } until })
        {
            // Who has it whole could write in its name.
            message.Lease = new() { Owner = owner[..Math.Min(OwnerLetters, owner.Length)], Until = Timestamp.Text(until), Held = migration.IsHeld(now) };
        }

        if (document.WaitingFor is { } wait)
        {
            message.Waiting = new() { Reason = wait.Reason, Since = Timestamp.Text(wait.Since), Until = Timestamp.Text(wait.Until), Message = wait.Message };
            if (migration.LeaseOwner is null && migration.LeaseUntil is { } look)
            {
                message.Waiting.NextLook = Timestamp.Text(look);
            }
        }

        message.Failed.AddRange(failed.Select(Write));
        message.Next.AddRange(next);
        if (source is not null)
        {
            message.Source = new()
            {
                Host = source.Host,
                Requests = source.Requests,
                MostRequests = source.MostRequests,
                RestSeconds = (long)Math.Ceiling(source.Rest.TotalSeconds),
                Refused = source.IsRefused,
            };
        }

        return message;
    }

    private static Explanation.Types.Failed Write(FailedReason failed)
    {
        var message = new Explanation.Types.Failed
        {
            Reason = failed.Reason.Code,
            Explanation = failed.Reason.Words,
            Advice = failed.Reason.Advice,
            Count = failed.Count,
            Message = failed.Message,
        };
        if (failed.Last is { } last)
        {
            message.Last = Timestamp.Text(last);
        }

        return message;
    }
}

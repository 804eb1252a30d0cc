using System.Text.Json;
using System.Text.Json.Nodes;
using Migration.Migrations;
using Shared.Faults;

namespace Migration.Documents;

/// <summary>What a client sends as a tracking document. What the migration rests on stays as the server wrote it, whatever is sent.</summary>
internal static class WrittenDocument
{
    private static readonly JsonObject Empty = JsonSerializer.SerializeToNode(
        new TrackingDocument { Status = MigrationStatus.Pending, TargetDir = "/", SourcePath = "/", CozyMetadata = new(default) },
        DocumentJson.Default.TrackingDocument)!.AsObject();

    /// <exception cref="FaultException">Malformed: it is no tracking document.</exception>
    public static TrackingDocument Create(JsonObject body, DateTimeOffset now)
    {
        body["source_path"] ??= "/";
        body["cozyMetadata"] = new JsonObject { ["createdAt"] = Timestamp.Text(now) };
        var sent = Read(body);
        if (sent.AccountId.Length == 0)
        {
            throw new FaultException(Fault.Malformed, "account_id is required");
        }

        _ = Scope.Of(sent);
        _ = Verifications.Read(sent.Verify ?? "");
        return sent with
        {
            SourcePath = CleanPath.Normalise(sent.SourcePath).ToString(),
            TargetDir = TriggerOrder.TargetOf(sent.TargetDir).ToString(),
            SourceOwner = null,
            SourceDeletion = null,
            SourceDeletedAt = null,
            WaitingFor = null,
            Prediction = null,
        };
    }

    /// <summary>Null when the migration cannot come from the state it has to the one that is sent: it was read too long ago.</summary>
    /// <exception cref="FaultException">Malformed: it is no tracking document.</exception>
    public static TrackingDocument? Revise(TrackingDocument was, JsonObject body)
    {
        body["target_dir"] = was.TargetDir;
        body["source_path"] = was.SourcePath;
        body["cozyMetadata"] = JsonSerializer.SerializeToNode(was.CozyMetadata, DocumentJson.Default.CozyMetadata);
        var sent = Read(body);
        return !MayBecome(was.Status, sent.Status) ? null : sent with
        {
            AccountId = was.AccountId,
            NextcloudUrl = was.NextcloudUrl,
            SourceOwner = was.SourceOwner,
            Include = was.Include,
            Exclude = was.Exclude,
            Folders = was.Folders,
            Verify = was.Verify,
            Prediction = was.Prediction,
            SourceDeletion = was.SourceDeletion,
            SourceDeletedAt = was.SourceDeletedAt,
            WaitingFor = sent.Status == MigrationStatus.Running ? was.WaitingFor : null,
            Outcome = sent.Status == MigrationStatus.Completed ? sent.Outcome ?? OutcomeOf(sent) : sent.Outcome,
        };
    }

    // The service outside of this system runs a failed migration again when its command is delivered again.
    private static bool MayBecome(MigrationStatus from, MigrationStatus to) => from == to || from switch
    {
        MigrationStatus.Pending => true,
        MigrationStatus.Running => to != MigrationStatus.Pending,
        MigrationStatus.Failed => to == MigrationStatus.Running,
        _ => false,
    };

    private static string OutcomeOf(TrackingDocument document) => document.Errors.Count == 0 && document.Skipped.Count == 0 ? "complete" : "partial";

    private static TrackingDocument Read(JsonObject body)
    {
        // A client library adds it beside _id.
        body.Remove("id");
        foreach (var (name, value) in Empty)
        {
            // What is not sent is empty; what has to be sent is not made up.
            body[name] ??= name is "status" or "target_dir" ? null : value?.DeepClone();
        }

        try
        {
            return body.Deserialize(DocumentJson.Default.TrackingDocument)!;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new FaultException(Fault.Malformed, $"it is no {TrackingDocument.Doctype}: {(e as JsonException)?.Path ?? e.Message}");
        }
    }
}

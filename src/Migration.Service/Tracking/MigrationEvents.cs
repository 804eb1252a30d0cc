using System.Text.Json.Nodes;
using Migration.Migrations;
using Shared.Access;
using Shared.Events;
using Watching;

namespace Migration.Tracking;

/// <summary>
/// Who may watch migrations, and what a new subscriber is told: a client that was away while its migration ended would wait
/// for that for ever.
/// </summary>
internal sealed class MigrationEvents(IMigrations migrations, TimeProvider clock) : IWatchedDocuments
{
    // Twice the longest pause of a client between two attempts to connect (cozy-api 11.4). What ended before is history, and no news.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    public string Told => TrackingDocument.Doctype;

    /// <summary>The migration of this id; else the one in flight, or the last one when it has only just ended.</summary>
    public async Task<IReadOnlyList<Happening>> CurrentAsync(string instance, string id, CancellationToken ct)
    {
        var found = id.Length > 0 ? await migrations.FindAsync(instance, id, ct) : await migrations.FindLatestAsync(instance, ct);
        return found is { } migration && (id.Length > 0 || IsOfNow(migration.Document))
            ? [EventHub.HappeningOf(TrackingDocument.Doctype, migration.Id, EventNames.Updated, migration.Rev, Json(migration))]
            : [];
    }

    public Task<bool> AllowsAsync(Caller caller, string doctype, string id, CancellationToken ct) => Task.FromResult(false);

    public static void Announce(EventHub hub, string @event, TrackedMigration migration) =>
        hub.Announce(migration.Instance, TrackingDocument.Doctype, migration.Id, @event, () => (migration.Rev, Json(migration)));

    /// <param name="hub">Where it is told.</param>
    /// <param name="removed">What was removed, with the revision of its tombstone; null when nothing was.</param>
    public static void AnnounceRemoval(EventHub hub, TrackedMigration? removed)
    {
        if (removed is not null)
        {
            hub.Announce(removed.Instance, TrackingDocument.Doctype, removed.Id, EventNames.Deleted, () => (removed.Rev, new()
            {
                ["_id"] = removed.Id,
                ["_rev"] = removed.Rev,
                ["_type"] = TrackingDocument.Doctype,
                ["_deleted"] = true,
            }));
        }
    }

    private bool IsOfNow(TrackingDocument document) => !document.Status.IsTerminal() || clock.GetUtcNow() - document.FinishedAt < Recent;

    private static JsonObject Json(TrackedMigration migration)
    {
        var json = JsonNode.Parse(DocumentJson.Write(migration.Document))!.AsObject();
        json["_id"] = migration.Id;
        json["_rev"] = migration.Rev;
        json["_type"] = TrackingDocument.Doctype;
        return json;
    }
}

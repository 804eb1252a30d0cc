using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Migration.Migrations;
using Shared.Documents;
using Shared.Faults;

namespace Migration.Documents;

/// <summary>
/// The tracking documents of an instance as clients read them, and as a worker outside of this system writes them
/// (cozy-api 5.1 and 5.2). A migration that a worker of ours holds is that worker's alone.
/// </summary>
internal sealed class MigrationDocuments(IMigrations migrations, string instance, Signal work, TimeProvider clock) : IDocuments
{
    // A thousand errors and a thousand skipped files, with long paths.
    public int MostBytes => 8 << 20;

    public async Task<Document?> FindAsync(string id, CancellationToken ct) =>
        await migrations.FindAsync(instance, id, ct) is { } migration ? Show(migration) : null;

    public async Task<IReadOnlyList<Document>> ListAsync(CancellationToken ct) => [.. (await migrations.ListAsync(instance, ct)).Select(Show)];

    // The type is this service's own: a list of none is empty, and not unknown.
    public Task<bool> IsUsedAsync(CancellationToken ct) => Task.FromResult(true);

    public Task<bool> IsDeletedAsync(string id, CancellationToken ct) => migrations.IsRemovedAsync(instance, id, ct);

    public async Task<Document> CreateAsync(string? id, JsonObject body, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var migration = new TrackedMigration
        {
            Instance = instance,
            Id = id ?? RandomNumberGenerator.GetHexString(32, lowercase: true),
            Document = WrittenDocument.Create(body, now),
        };
        if (!await migrations.TryAddAsync(migration, now, ct))
        {
            throw Conflict();
        }

        work.Set();
        return await FindAsync(migration.Id, ct) ?? throw Conflict();
    }

    public async Task<Document> UpdateAsync(Document document, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var revised = await migrations.ReviseAsync(
            instance,
            document.Id,
            row => row.Rev == document.Rev && !row.IsHeld(now) && WrittenDocument.Revise(row.Document, document.Body) is { } next ? row with { Document = next } : null,
            ct);
        return revised is null ? throw Conflict() : Show(revised);
    }

    public async Task<string> DeleteAsync(string id, string rev, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var removed = await migrations.RemoveAsync(
            instance,
            id,
            row => row.Rev != rev ? false
                : row.Document.SourceDeletion is { Status: SourceDeletion.Running } ? throw new FaultException(Fault.Conflict, "Its source is being deleted.")
                : row.IsHeld(now) || row.Document.Status == MigrationStatus.Running ? throw new FaultException(Fault.Conflict, "The migration is running: cancel it first.")
                : true,
            ct);
        return removed ? MigrationRevision.After(rev) : throw Conflict();
    }

    private static Document Show(TrackedMigration migration) => new(
        migration.Id, migration.Rev, JsonSerializer.SerializeToNode(migration.Document, DocumentJson.Default.TrackingDocument)!.AsObject());

    private static FaultException Conflict() => new(Fault.Conflict, "Document update conflict.");
}

using System.Data.Common;
using Dapper;
using Migration.Migrations;
using Shared.Events;
using Shared.Storage;

namespace Migration.Tracking;

/// <summary>The rows of <c>migrations</c>. What the columns repeat from the document is what the database decides on.</summary>
internal sealed class MigrationTable(Database database, EventHub events) : IMigrations
{
    private const string Active = "status IN ('pending', 'running')";
    private const string Columns = "id, instance, rev, document, lease_owner AS LeaseOwner, lease_until AS LeaseUntil";

    public Task<Occupancy> FindOccupancyAsync(string instance, DateTimeOffset now, CancellationToken ct) => database.ReadAsync(
        async connection => await connection.QuerySingleOrDefaultAsync<string>(
            $"SELECT account_id FROM migrations WHERE instance = @instance AND {Active} AND (account_id <> '' OR lease_until > @now)",
            new { instance, now = now.ToUnixTimeMilliseconds() }) switch
        {
            null => Occupancy.Free,
            "" => Occupancy.Reserved,
            _ => Occupancy.Taken,
        },
        ct);

    public async Task<bool> TryAddAsync(TrackedMigration migration, DateTimeOffset now, CancellationToken ct) => (await database.WriteAsync(
        async connection =>
        {
            await connection.ExecuteAsync(
                "DELETE FROM migrations WHERE instance = @Instance AND account_id = '' AND lease_until <= @now",
                new { migration.Instance, now = now.ToUnixTimeMilliseconds() });
            var added = migration with { Rev = MigrationRevision.First() };
            var isAdded = await connection.ExecuteAsync(
                """
                INSERT INTO migrations (id, instance, rev, account_id, status, document, created_at, lease_owner, lease_until)
                VALUES (@Id, @Instance, @Rev, @AccountId, @Status, @Document, @CreatedAt, @LeaseOwner, @LeaseUntil)
                ON CONFLICT DO NOTHING
                """,
                Values(added, added.Rev)) == 1;
            return new Change(null, isAdded ? added : null);
        },
        Announce,
        ct)).Now is not null;

    public Task RemoveReservationAsync(string id, string owner, CancellationToken ct) => database.WriteAsync(
        connection => connection.ExecuteAsync(
            "DELETE FROM migrations WHERE id = @id AND lease_owner = @owner AND account_id = ''", new { id, owner }),
        ct);

    public Task<TrackedMigration?> FindAsync(string instance, string id, CancellationToken ct) =>
        database.ReadAsync(connection => FindAsync(connection, instance, id), ct);

    public Task<IReadOnlyList<TrackedMigration>> ListAsync(string instance, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<TrackedMigration>>(
            async connection => (await connection.QueryAsync<Row>(
                $"SELECT {Columns} FROM migrations WHERE instance = @instance AND account_id <> '' ORDER BY id", new { instance }))
                .Select(row => row.Read()).ToList(),
            ct);

    public Task<bool> IsRemovedAsync(string instance, string id, CancellationToken ct) => database.ReadAsync(
        connection => connection.ExecuteScalarAsync<bool>(
            "SELECT EXISTS (SELECT 1 FROM removed_migrations WHERE instance = @instance AND id = @id)", new { instance, id }),
        ct);

    public Task<TrackedMigration?> FindLatestAsync(string instance, CancellationToken ct) => database.ReadAsync(
        async connection => (await connection.QueryFirstOrDefaultAsync<Row>(
            $"SELECT {Columns} FROM migrations WHERE instance = @instance AND account_id <> '' ORDER BY created_at DESC LIMIT 1", new { instance }))?.Read(),
        ct);

    public Task<IReadOnlyList<string>> FindWaitingAsync(DateTimeOffset now, int limit, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<string>>(
            async connection => (await connection.QueryAsync<string>(
                $"""
                SELECT id FROM migrations
                WHERE {Active} AND account_id <> '' AND (lease_until IS NULL OR lease_until <= @now)
                ORDER BY created_at LIMIT @limit
                """,
                new { now = now.ToUnixTimeMilliseconds(), limit })).AsList(),
            ct);

    public async Task<TrackedMigration?> ChangeAsync(string id, Func<TrackedMigration, TrackedMigration?> next, CancellationToken ct) => (await database.WriteAsync(
        async connection =>
        {
            var row = await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM migrations WHERE id = @id AND {Active}", new { id });
            var was = row?.Read();
            return new Change(was, was is not null && next(was) is { } changed ? await UpdateAsync(connection, was, changed) : null);
        },
        Announce,
        ct)).Now;

    public async Task<TrackedMigration?> ReviseAsync(
        string instance, string id, Func<TrackedMigration, TrackedMigration?> next, CancellationToken ct) => (await database.WriteAsync(
        async connection =>
        {
            var was = await FindAsync(connection, instance, id);
            if (was is null || next(was) is not { } changed)
            {
                return new Change(was, null);
            }

            var isAlone = changed.Document.Status.IsTerminal() || !await connection.ExecuteScalarAsync<bool>(
                $"SELECT EXISTS (SELECT 1 FROM migrations WHERE instance = @instance AND id <> @id AND {Active})", new { instance, id });
            return new Change(was, isAlone ? await UpdateAsync(connection, was, changed) : null);
        },
        Announce,
        ct)).Now;

    public async Task<bool> RemoveAsync(string instance, string id, Func<TrackedMigration, bool> may, CancellationToken ct) => await database.WriteAsync(
        async connection =>
        {
            var migration = await FindAsync(connection, instance, id);
            if (migration is null || !may(migration))
            {
                return null;
            }

            await connection.ExecuteAsync(
                """
                DELETE FROM migrations WHERE id = @id;
                INSERT INTO removed_migrations (instance, id) VALUES (@instance, @id) ON CONFLICT DO NOTHING;
                """,
                new { instance, id });
            return migration with { Rev = MigrationRevision.After(migration.Rev) };
        },
        removed => MigrationEvents.AnnounceRemoval(events, removed),
        ct) is not null;

    public Task<LeaseView?> ViewLeaseAsync(string id, CancellationToken ct) => database.ReadAsync(
        async connection => await connection.QuerySingleOrDefaultAsync<LeaseRow>(
            $"SELECT lease_owner AS Owner, cancel_requested AS Cancel FROM migrations WHERE id = @id AND {Active}", new { id }) is { } row
            ? new LeaseView(row.Owner, row.Cancel)
            : null,
        ct);

    public Task<bool> RenewLeaseAsync(string id, string owner, DateTimeOffset until, CancellationToken ct) => database.WriteAsync(
        async connection => await connection.ExecuteAsync(
            $"UPDATE migrations SET lease_until = @until WHERE id = @id AND lease_owner = @owner AND {Active}",
            new { id, owner, until = until.ToUnixTimeMilliseconds() }) == 1,
        ct);

    // A reservation is nobody's business yet, and a lease is no change of the document.
    private void Announce(Change change)
    {
        if (change is { Now: { IsReservation: false } now } && now.Rev != change.Was?.Rev)
        {
            MigrationEvents.Announce(events, change.Was is null or { IsReservation: true } ? EventNames.Created : EventNames.Updated, now);
        }

        if (change is { Now.Document: { Status: var status } ended } && status.IsTerminal() && change.Was?.Document.Status.IsTerminal() != true)
        {
            MigrationMetrics.End(ended.Outcome ?? status.Text());
        }
    }

    private static async Task<TrackedMigration?> FindAsync(DbConnection connection, string instance, string id) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(
            $"SELECT {Columns} FROM migrations WHERE id = @id AND instance = @instance AND account_id <> ''", new { id, instance }))?.Read();

    private static async Task<TrackedMigration> UpdateAsync(DbConnection connection, TrackedMigration was, TrackedMigration changed)
    {
        var ended = changed.Document.Status.IsTerminal() ? changed.Released() : changed;
        var next = ended with { Rev = ReferenceEquals(was.Document, ended.Document) ? was.Rev : MigrationRevision.After(was.Rev) };
        await connection.ExecuteAsync(
            """
            UPDATE migrations SET rev = @Rev, account_id = @AccountId, status = @Status, document = @Document,
                cancel_requested = @CancelRequested, lease_owner = @LeaseOwner, lease_until = @LeaseUntil
            WHERE id = @Id
            """,
            Values(next, next.Rev));
        return next;
    }

    private static object Values(TrackedMigration migration, string rev) => new
    {
        migration.Id,
        migration.Instance,
        Rev = rev,
        migration.Document.AccountId,
        Status = migration.Document.Status.Text(),
        Document = DocumentJson.Write(migration.Document),
        CreatedAt = migration.Document.CozyMetadata.CreatedAt.ToUnixTimeMilliseconds(),
        CancelRequested = migration.Document.CancelRequested == true,
        migration.LeaseOwner,
        LeaseUntil = migration.LeaseUntil?.ToUnixTimeMilliseconds(),
    };

    private sealed record Change(TrackedMigration? Was, TrackedMigration? Now);

    private sealed record LeaseRow
    {
        public string? Owner { get; init; }

        public bool Cancel { get; init; }
    }

    private sealed record Row(string Id, string Instance, string Rev, string Document, string? LeaseOwner, long? LeaseUntil)
    {
        public TrackedMigration Read() => new()
        {
            Id = Id,
            Instance = Instance,
            Rev = Rev,
            Document = DocumentJson.Read(Document),
            LeaseOwner = LeaseOwner,
            LeaseUntil = LeaseUntil is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null,
        };
    }
}

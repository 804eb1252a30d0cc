using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Dapper;
using Shared.Events;
using Shared.Faults;
using Shared.Storage;

namespace Shared.Documents;

/// <summary>Free-form JSON documents of an instance, by doctype and id, each with a revision that an update must name.</summary>
internal sealed class DocumentStore(Database database, EventHub events)
{
    private const int PartRows = 500;
    private const int FirstPartRows = 100;
    private const int PartSize = 256 * 1024;

    private const string OfOne = " WHERE instance = @instance AND doctype = @doctype AND id = @id";

    public async Task<Document?> FindAsync(string instance, string doctype, string id, CancellationToken ct)
    {
        const string select = "SELECT id, rev, body FROM documents" + OfOne;
        var row = await database.ReadAsync(db => db.QuerySingleOrDefaultAsync<Row>(select, new { instance, doctype, id }), ct);
        return row is null ? null : Read(row);
    }

    public async Task<IReadOnlyList<Document>> ListAsync(string instance, string doctype, CancellationToken ct)
    {
        const string select = "SELECT id, rev, body FROM documents WHERE instance = @instance AND doctype = @doctype ORDER BY id";
        var rows = await database.ReadAsync(db => db.QueryAsync<Row>(select, new { instance, doctype }), ct);
        return rows.Select(Read).ToList();
    }

    /// <summary>The documents by their ids, from this one on or (descending) down, a part at a time: whoever reads slowly holds back no writer.</summary>
    public async IAsyncEnumerable<Document> EnumerateAsync(
        string instance, string doctype, string? from, bool descending, [EnumeratorCancellation] CancellationToken ct)
    {
        var (compare, order) = descending ? ("<", "DESC") : (">", "ASC");
        for (var (at, inclusive, limit) = (from, "=", FirstPartRows); ; inclusive = "")
        {
            var bound = at is null ? "" : $" AND id {compare}{inclusive} @at";
            var select = $"SELECT id, rev, body FROM documents WHERE instance = @instance AND doctype = @doctype{bound} ORDER BY id {order} LIMIT @limit";
            var part = await database.ReadAsync(db => PartAsync(db.QueryUnbufferedAsync<Row>(select, new { instance, doctype, at, limit }), ct), ct);
            foreach (var row in part)
            {
                yield return Read(row);
            }

            if (part.Count == 0)
            {
                yield break;
            }

            // What is read beyond the part is read for nothing: as many as are likely to fit.
            at = part[^1].Id;
            limit = Math.Clamp(PartSize / (1 + (part.Sum(row => row.Body.Length) / part.Count)), 1, PartRows);
        }
    }

    public Task<long> CountAsync(string instance, string doctype, CancellationToken ct) => database.ReadAsync(
        db => db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM documents WHERE instance = @instance AND doctype = @doctype", new { instance, doctype }), ct);

    /// <summary>Was there ever a document of this type?</summary>
    public Task<bool> IsUsedAsync(string instance, string doctype, CancellationToken ct)
    {
        const string select = """
            SELECT EXISTS (SELECT 1 FROM documents WHERE instance = @instance AND doctype = @doctype)
                OR EXISTS (SELECT 1 FROM deleted_documents WHERE instance = @instance AND doctype = @doctype)
            """;
        return database.ReadAsync(db => db.ExecuteScalarAsync<bool>(select, new { instance, doctype }), ct);
    }

    /// <summary>Was there a document of this id?</summary>
    public Task<bool> IsDeletedAsync(string instance, string doctype, string id, CancellationToken ct) => database.ReadAsync(
        async db => await DeletedAsync(db, instance, doctype, id) is not null, ct);

    public Task<Document> CreateAsync(string instance, string doctype, JsonObject body, CancellationToken ct) =>
        CreateAsync(instance, doctype, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), body, ct);

    /// <exception cref="FaultException">Conflict: there is a document of this id.</exception>
    public Task<Document> CreateAsync(string instance, string doctype, string id, JsonObject body, CancellationToken ct) => database.WriteAsync(
        async db =>
        {
            const string insert = """
                INSERT INTO documents (instance, doctype, id, rev, body) VALUES (@instance, @doctype, @Id, @Rev, @Text) ON CONFLICT DO NOTHING
                """;
            var document = new Document(id, NextRev(await DeletedAsync(db, instance, doctype, id) ?? "0-"), body);
            var added = await db.ExecuteAsync(insert, new { instance, doctype, document.Id, document.Rev, Text = body.ToJsonString() });
            await db.ExecuteAsync("DELETE FROM deleted_documents" + OfOne, new { instance, doctype, id });
            return added == 1 ? document : throw Conflict();
        },
        document => Announce(instance, doctype, EventNames.Created, document),
        ct);

    /// <exception cref="FaultException">Conflict: the document has another revision by now.</exception>
    public async Task<Document> UpdateAsync(string instance, string doctype, Document document, CancellationToken ct)
    {
        const string update = "UPDATE documents SET rev = @Next, body = @Text" + OfOne + " AND rev = @Rev";
        var values = new { instance, doctype, id = document.Id, document.Rev, Next = NextRev(document.Rev), Text = document.Body.ToJsonString() };
        return await database.WriteAsync(
            async db => await db.ExecuteAsync(update, values) == 1 ? document with { Rev = values.Next } : throw Conflict(),
            updated => Announce(instance, doctype, EventNames.Updated, updated),
            ct);
    }

    /// <summary>Removes a document, and says the revision of its end.</summary>
    /// <exception cref="FaultException">Conflict: the document has another revision by now.</exception>
    public Task<string> DeleteAsync(string instance, string doctype, string id, string rev, CancellationToken ct) => database.WriteAsync(
        async db =>
        {
            const string insert = "INSERT INTO deleted_documents (instance, doctype, id, rev) VALUES (@instance, @doctype, @id, @next)";
            var removed = await db.ExecuteAsync("DELETE FROM documents" + OfOne + " AND rev = @rev", new { instance, doctype, id, rev });
            var next = removed == 1 ? NextRev(rev) : throw Conflict();
            await db.ExecuteAsync(insert, new { instance, doctype, id, next });
            return next;
        },
        end => Announce(instance, doctype, EventNames.Deleted, new(id, end, new() { ["_deleted"] = true })),
        ct);

    private void Announce(string instance, string doctype, string @event, Document document) =>
        events.Announce(instance, doctype, document.Id, @event, () => (document.Rev, document.ToJson(doctype)));

    private static Task<string?> DeletedAsync(DbConnection db, string instance, string doctype, string id) =>
        db.QuerySingleOrDefaultAsync<string?>("SELECT rev FROM deleted_documents" + OfOne, new { instance, doctype, id });

    private static async Task<List<Row>> PartAsync(IAsyncEnumerable<Row> rows, CancellationToken ct)
    {
        var (part, size) = (new List<Row>(), 0);
        await foreach (var row in rows.WithCancellation(ct))
        {
            part.Add(row);
            size += row.Body.Length;
            if (size > PartSize)
            {
                break;
            }
        }

        return part;
    }

    private static FaultException Conflict() => new(Fault.Conflict, "Document update conflict.");

    private static Document Read(Row row) => new(row.Id, row.Rev, JsonNode.Parse(row.Body)!.AsObject());

    // <generation>-<32 hex>, as CouchDB writes revisions; opaque to clients. What a client sends may be anything, and matches no row.
    private static string NextRev(string rev)
    {
        _ = int.TryParse(rev.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var generation);
        return string.Create(CultureInfo.InvariantCulture, $"{generation + 1}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}");
    }

    private sealed record Row
    {
        public string Id { get; init; } = "";

        public string Rev { get; init; } = "";

        public string Body { get; init; } = "";
    }
}

/// <summary>A document; <paramref name="Body"/> holds neither id nor revision.</summary>
internal sealed record Document(string Id, string Rev, JsonObject Body)
{
    /// <summary>As CouchDB shows it: the body with <c>_id</c>, <c>_rev</c> and the Cozy's <c>_type</c>.</summary>
    public JsonObject ToJson(string doctype)
    {
        var json = (JsonObject)Body.DeepClone();
        json["_id"] = Id;
        json["_rev"] = Rev;
        json["_type"] = doctype;
        return json;
    }
}

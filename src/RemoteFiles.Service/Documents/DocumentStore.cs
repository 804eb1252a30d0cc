using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Dapper;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Documents;

/// <summary>Free-form JSON documents of an instance, by doctype and id, each with a revision that an update must name.</summary>
internal sealed class DocumentStore(Database database)
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS documents (
          instance TEXT NOT NULL, doctype TEXT NOT NULL, id TEXT NOT NULL, rev TEXT NOT NULL, body TEXT NOT NULL,
          PRIMARY KEY (instance, doctype, id));
        """;

    public async Task<Document?> FindAsync(string instance, string doctype, string id, CancellationToken ct)
    {
        const string select = "SELECT id, rev, body FROM documents WHERE instance = @instance AND doctype = @doctype AND id = @id";
        var row = await database.ReadAsync(db => db.QuerySingleOrDefaultAsync<Row>(select, new { instance, doctype, id }), ct);
        return row is null ? null : Read(row);
    }

    public async Task<IReadOnlyList<Document>> ListAsync(string instance, string doctype, CancellationToken ct)
    {
        const string select = "SELECT id, rev, body FROM documents WHERE instance = @instance AND doctype = @doctype ORDER BY id";
        var rows = await database.ReadAsync(db => db.QueryAsync<Row>(select, new { instance, doctype }), ct);
        return rows.Select(Read).ToList();
    }

    public async Task<Document> CreateAsync(string instance, string doctype, JsonObject body, CancellationToken ct)
    {
        const string insert = "INSERT INTO documents (instance, doctype, id, rev, body) VALUES (@instance, @doctype, @Id, @Rev, @Text)";
        var document = new Document(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), NextRev("0-"), body);
        var values = new { instance, doctype, document.Id, document.Rev, Text = body.ToJsonString() };
        await database.WriteAsync(db => db.ExecuteAsync(insert, values), ct);
        return document;
    }

    /// <exception cref="FaultException">Conflict: the document has another revision by now.</exception>
    public async Task<Document> UpdateAsync(string instance, string doctype, Document document, CancellationToken ct)
    {
        const string update = """
            UPDATE documents SET rev = @Next, body = @Text
            WHERE instance = @instance AND doctype = @doctype AND id = @Id AND rev = @Rev
            """;
        var next = NextRev(document.Rev);
        var values = new { instance, doctype, document.Id, document.Rev, Next = next, Text = document.Body.ToJsonString() };
        var changed = await database.WriteAsync(db => db.ExecuteAsync(update, values), ct);
        return changed == 1 ? document with { Rev = next } : throw new FaultException(Fault.Conflict, "Document update conflict.");
    }

    private static Document Read(Row row) => new(row.Id, row.Rev, JsonNode.Parse(row.Body)!.AsObject());

    // <generation>-<32 hex>, as CouchDB writes revisions; opaque to clients.
    private static string NextRev(string rev)
    {
        var generation = int.Parse(rev.AsSpan(0, rev.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{generation}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}");
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

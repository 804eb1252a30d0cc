using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>Many documents of one type: _all_docs, _normal_docs and _find. Rows are written as they are read, and never held together.</summary>
internal static class DocumentLists
{
    private const string Unused = "wrong_doctype";

    public static async Task AllAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var total = await request.CountAsync(Unused);
        if (KeyRange.KeysOf(request.Query) is { } keys)
        {
            await AnswerAsync(request, total, 0, NamedAsync(request, keys));
            return;
        }

        var (range, skip) = (KeyRange.Of(request.Query), Number(request, "skip"));
        var limit = request.Query.ContainsKey("limit") ? Number(request, "limit") : int.MaxValue;
        var documents = request.Documents.EnumerateAsync(range.Start, range.Descending, request.Ct);
        var rows = documents.TakeWhile(document => range.Holds(document.Id)).Where(document => range.Takes(document.Id)).Skip(skip).Take(limit);
        await AnswerAsync(request, total, skip, rows.Select(document => Row(request, document)));
    }

    public static async Task SomeAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var keys = (await request.ReadBodyAsync())["keys"] as JsonArray ?? throw new FaultException(Fault.Malformed, "`keys` must be an array of ids");
        await AnswerAsync(request, await request.CountAsync(Unused), 0, NamedAsync(request, keys));
    }

    public static async Task NormalAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var all = new JsonObject { ["selector"] = new JsonObject(), ["bookmark"] = request.Query["bookmark"].ToString() };
        var query = FindQuery.Parse(all) with { Limit = FindQuery.LimitOf(Number(request, "limit")), Skip = Number(request, "skip") };
        var total = await request.CountAsync(Unused);
        var run = Run(request, query);
        await request.StreamAsync(
            new() { ["total_rows"] = total }, "rows", FoundAsync(request, run), () => new() { ["bookmark"] = run.Bookmark });
    }

    public static async Task FindAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var query = FindQuery.Parse(await request.ReadBodyAsync());
        await request.CountAsync("Database does not exist.");
        var run = Run(request, query);
        await request.StreamAsync([], "docs", FoundAsync(request, run).Select(query.Project), () => new()
        {
            ["limit"] = query.Limit,
            ["next"] = run.IsFull,
            ["bookmark"] = run.Bookmark,
        });
    }

    private static FindRun<Document> Run(DocumentRequest request, FindQuery query) => new(query, document => document.ToJson(request.Doctype), document => document.Id);

    // Nothing lies between an id and the same with this at its end: NUL is in none (PostgreSQL stores no such text).
    private static IAsyncEnumerable<JsonObject> FoundAsync(DocumentRequest request, FindRun<Document> run) => run.RunAsync(
        after => request.Documents.EnumerateAsync(after.Length == 0 ? null : after + '\u0001', descending: false, request.Ct),
        id => request.Documents.FindAsync(id, request.Ct),
        request.Ct).Select(document => document.ToJson(request.Doctype));

    private static async IAsyncEnumerable<JsonObject> NamedAsync(DocumentRequest request, JsonArray keys, [EnumeratorCancellation] CancellationToken ct = default)
    {
        foreach (var key in keys)
        {
            yield return key is JsonValue value && value.TryGetValue(out string? id) && await request.Documents.FindAsync(id, request.Ct) is { } document
                ? Row(request, document)
                : new() { ["key"] = key?.DeepClone(), ["error"] = "not_found" };
        }
    }

    private static JsonObject Row(DocumentRequest request, Document document)
    {
        var row = new JsonObject { ["id"] = document.Id, ["key"] = document.Id, ["value"] = new JsonObject { ["rev"] = document.Rev } };
        if (request.Query["include_docs"] == "true")
        {
            row["doc"] = document.ToJson(request.Doctype);
        }

        return row;
    }

    private static Task AnswerAsync(DocumentRequest request, long total, int offset, IAsyncEnumerable<JsonObject> rows) =>
        request.StreamAsync(new() { ["total_rows"] = total, ["offset"] = offset }, "rows", rows, () => []);

    private static int Number(DocumentRequest request, string name) =>
        request.Query[name].ToString() is not { Length: > 0 } text ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FaultException(Fault.Malformed, $"{name} is a whole number, not below 0");
}

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>Many documents of one type: _all_docs, _normal_docs and _find.</summary>
internal static class DocumentLists
{
    private const string Unused = "wrong_doctype";

    public static async Task AllAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var documents = await request.ListAsync(Unused);
        var skip = Number(request, "skip");
        var limit = request.Query.ContainsKey("limit") ? Number(request, "limit") : int.MaxValue;
        await AnswerAsync(request, documents.Count, skip, documents.Skip(skip).Take(limit).Select(document => Row(request, document)));
    }

    public static async Task SomeAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var keys = (await request.ReadBodyAsync())["keys"] as JsonArray ?? throw new FaultException(Fault.Malformed, "`keys` must be an array of ids");
        var documents = await request.ListAsync(Unused);
        var byId = documents.ToDictionary(document => document.Id);
        await AnswerAsync(request, documents.Count, 0, keys.Select(key =>
            key is JsonValue value && value.TryGetValue(out string? id) && byId.TryGetValue(id, out var document)
                ? Row(request, document)
                : new JsonObject { ["key"] = key?.DeepClone(), ["error"] = "not_found" }));
    }

    public static async Task NormalAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var documents = await request.ListAsync(Unused);
        var rows = documents.Skip(Number(request, "skip")).Take(FindQuery.LimitOf(Number(request, "limit")));
        await request.AnswerAsync(StatusCodes.Status200OK, new JsonObject
        {
            ["total_rows"] = documents.Count,
            ["rows"] = new JsonArray([.. rows.Select(document => document.ToJson(request.Doctype))]),
            ["bookmark"] = "",
        });
    }

    public static async Task FindAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var query = FindQuery.Parse(await request.ReadBodyAsync());
        var documents = await request.ListAsync("Database does not exist.");
        var found = query.Run(documents.Select(document => document.ToJson(request.Doctype)));

        // No bookmark: clients then go on with `skip`.
        await request.AnswerAsync(StatusCodes.Status200OK, new JsonObject
        {
            ["docs"] = new JsonArray([.. found]),
            ["limit"] = query.Limit,
            ["next"] = found.Count >= query.Limit,
            ["bookmark"] = "",
        });
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

    private static Task AnswerAsync(DocumentRequest request, int total, int offset, IEnumerable<JsonObject> rows) => request.AnswerAsync(
        StatusCodes.Status200OK, new JsonObject { ["total_rows"] = total, ["offset"] = offset, ["rows"] = new JsonArray([.. rows]) });

    private static int Number(DocumentRequest request, string name) =>
        request.Query[name].ToString() is not { Length: > 0 } text ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FaultException(Fault.Malformed, $"{name} is a whole number, not below 0");
}

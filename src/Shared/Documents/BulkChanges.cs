using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>_bulk_docs: many changes, each done or refused for itself; the answer has a row for each, in their order.</summary>
internal static class BulkChanges
{
    private const int MostBytes = 16 << 20;

    public static async Task RunAsync(HttpContext context)
    {
        var request = DocumentRequest.Write(context).AllowWhole("POST");
        var docs = (await request.ReadBodyAsync(MostBytes))["docs"] as JsonArray ?? throw new FaultException(Fault.Malformed, "`docs` must be an array");
        if (docs.Any(doc => doc is not JsonObject))
        {
            throw new FaultException(Fault.Malformed, "Document must be a JSON object");
        }

        var rows = new JsonArray();
        foreach (var doc in docs.Cast<JsonObject>())
        {
            rows.Add(await RowAsync(request, doc));
        }

        await request.AnswerAsync(StatusCodes.Status201Created, rows);
    }

    private static async Task<JsonNode?> RowAsync(DocumentRequest request, JsonObject doc)
    {
        try
        {
            var (id, rev) = await ChangeAsync(request, (JsonObject)doc.DeepClone());
            return new JsonObject { ["ok"] = true, ["id"] = id, ["rev"] = rev };
        }
        catch (FaultException e) when (e.Fault is Fault.Conflict or Fault.Malformed)
        {
            var error = e.Fault == Fault.Conflict ? "conflict" : "bad_request";
            return new JsonObject { ["id"] = doc["_id"]?.DeepClone(), ["error"] = error, ["reason"] = e.Message };
        }
    }

    private static async Task<(string Id, string Rev)> ChangeAsync(DocumentRequest request, JsonObject doc)
    {
        var (id, rev) = (doc.Special("_id"), doc.Special("_rev"));
        var deleted = doc["_deleted"]?.GetValueKind() == JsonValueKind.True;
        doc.Remove("_deleted");
        if (deleted)
        {
            return (id, await request.DeleteAsync(id, rev));
        }

        var written = rev.Length > 0 ? await request.UpdateAsync(id, rev, doc) : await request.CreateAsync(id.Length > 0 ? id : null, doc);
        return (written.Id, written.Rev);
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>The indexes that clients define. They are kept and shown and never used: _find needs none.</summary>
internal static class DesignDocuments
{
    private const string Prefix = "_design/";

    public static async Task CreateAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var asked = await request.ReadBodyAsync();
        var index = asked["index"] as JsonObject ?? throw new FaultException(Fault.Malformed, "Missing required key: index");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(index.ToJsonString()))[..20]);
        var design = asked.Special("ddoc") is { Length: > 0 } ddoc ? ddoc : hash;
        var name = asked.Special("name") is { Length: > 0 } given ? given : hash;
        if (design.StartsWith(Prefix, StringComparison.Ordinal))
        {
            design = design[Prefix.Length..];
        }

        var result = await SaveAsync(request, design, name, (JsonObject)index.DeepClone()) ? "created" : "exists";
        await request.AnswerAsync(StatusCodes.Status200OK, new JsonObject { ["result"] = result, ["id"] = Prefix + design, ["name"] = name });
    }

    public static async Task ListAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var rows = new JsonArray();
        foreach (var design in await request.Designs.ListAsync(request.Ct))
        {
            var row = new JsonObject { ["id"] = Prefix + design.Id, ["key"] = Prefix + design.Id, ["value"] = new JsonObject { ["rev"] = design.Rev } };
            if (request.Query["include_docs"] == "true")
            {
                row["doc"] = Shown(design);
            }

            rows.Add((JsonNode)row);
        }

        await request.AnswerAsync(StatusCodes.Status200OK, new JsonObject { ["rows"] = rows });
    }

    public static async Task DeleteAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var design = await FindAsync(request);
        var rev = request.Query["rev"].ToString() is { Length: > 0 } given ? given : throw new FaultException(Fault.Malformed, "delete without revision");
        var end = await request.Designs.DeleteAsync(design.Id, rev, request.Ct);
        await request.AnswerAsync(StatusCodes.Status200OK, new JsonObject { ["ok"] = true, ["id"] = Prefix + design.Id, ["rev"] = end });
    }

    public static async Task CopyAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context).AllowWhole("GET");
        var design = await FindAsync(request);
        if (request.Query["rev"].ToString() is { Length: > 0 } rev && rev != design.Rev)
        {
            throw new FaultException(Fault.Conflict, "Document update conflict.");
        }

        var target = request.Header("Destination");
        if (!target.StartsWith(Prefix, StringComparison.Ordinal) || target.Length == Prefix.Length)
        {
            throw new FaultException(Fault.Malformed, "You must set a Destination header");
        }

        var copy = await request.Designs.CreateAsync(target[Prefix.Length..], design.Body, request.Ct);
        await request.AnswerAsync(StatusCodes.Status201Created, new JsonObject { ["ok"] = true, ["id"] = target, ["rev"] = copy.Rev });
    }

    /// <summary>False when the same index is there already.</summary>
    private static async Task<bool> SaveAsync(DocumentRequest request, string design, string name, JsonObject index)
    {
        if (await request.Designs.FindAsync(design, request.Ct) is not { } known)
        {
            var body = new JsonObject { ["language"] = "query", ["views"] = new JsonObject { [name] = View(index) } };
            await request.Designs.CreateAsync(design, body, request.Ct);
            return true;
        }

        var views = known.Body["views"]!.AsObject();
        if (JsonNode.DeepEquals(views[name], View(index)))
        {
            return false;
        }

        views[name] = View(index);
        await request.Designs.UpdateAsync(known, request.Ct);
        return true;
    }

    private static async Task<Document> FindAsync(DocumentRequest request) =>
        await request.Designs.FindAsync(request.Value("design"), request.Ct)
        ?? throw new FaultException(Fault.NotFound, "missing");

    private static JsonObject View(JsonObject index) => new() { ["options"] = new JsonObject { ["def"] = index.DeepClone() } };

    private static JsonObject Shown(Document design)
    {
        var json = (JsonObject)design.Body.DeepClone();
        json["_id"] = Prefix + design.Id;
        json["_rev"] = design.Rev;
        return json;
    }
}

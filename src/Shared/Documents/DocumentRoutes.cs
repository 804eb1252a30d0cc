using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>/data/:doctype: free-form documents by id, each with a revision (cozy-api section 9).</summary>
internal static class DocumentRoutes
{
    public static void MapDocuments(this WebApplication app)
    {
        foreach (var (method, path, handler) in new (string, string, RequestDelegate)[]
        {
            ("POST", "", CreateAsync),
            ("POST", "/", CreateAsync),
            ("GET", "/{id}", GetAsync),
            ("PUT", "/{id}", PutAsync),
            ("DELETE", "/{id}", DeleteAsync),
            ("GET", "/_all_docs", DocumentLists.AllAsync),
            ("POST", "/_all_docs", DocumentLists.SomeAsync),
            ("GET", "/_normal_docs", DocumentLists.NormalAsync),
            ("POST", "/_find", DocumentLists.FindAsync),
            ("POST", "/_bulk_docs", BulkChanges.RunAsync),
            ("POST", "/_index", DesignDocuments.CreateAsync),
            ("GET", "/_design_docs", DesignDocuments.ListAsync),
            ("DELETE", "/_design/{design}", DesignDocuments.DeleteAsync),
            ("POST", "/_design/{design}/copy", DesignDocuments.CopyAsync),
        })
        {
            app.MapRaw(method, "/data/{doctype}" + path, handler).WithMetadata(Admission.AnyToken);
        }
    }

    private static async Task GetAsync(HttpContext context)
    {
        var request = DocumentRequest.Read(context);
        await request.AnswerAsync(StatusCodes.Status200OK, (await request.FindAsync("GET", request.Id)).ToJson(request.Doctype));
    }

    private static async Task CreateAsync(HttpContext context)
    {
        var request = DocumentRequest.Write(context);
        var body = await request.ReadBodyAsync();
        if (body.ContainsKey("_id"))
        {
            throw new FaultException(Fault.Malformed, "defined_id");
        }

        request.AllowDocument("POST", "", body);
        await AnswerAsync(request, StatusCodes.Status201Created, await request.CreateAsync(null, body));
    }

    private static async Task PutAsync(HttpContext context)
    {
        var request = DocumentRequest.Write(context);
        var body = await request.ReadBodyAsync();
        var (id, rev) = (body.Special("_id"), body.Special("_rev"));
        if (id.Length > 0 != rev.Length > 0)
        {
            throw new FaultException(
                Fault.Malformed, "You must either provide an _id and _rev in document (update) or neither (create with fixed id).");
        }

        if (id.Length == 0)
        {
            request.AllowDocument("POST", request.Id, body);
            await AnswerAsync(request, StatusCodes.Status200OK, await request.CreateAsync(request.Id, body));
            return;
        }

        if (id != request.Id)
        {
            throw new FaultException(Fault.Malformed, "document _id doesnt match url");
        }

        // What it was and what it becomes: a selector lets nobody take a document from others, or give it to them.
        var old = await request.Documents.FindAsync(id, request.Ct);
        request.AllowDocument("PUT", id, old?.Body).AllowDocument("PUT", id, body);
        await AnswerAsync(request, StatusCodes.Status200OK, await request.UpdateAsync(id, rev, body));
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        var request = DocumentRequest.Write(context);
        var (query, header) = (request.Query["rev"].ToString(), request.Header("If-Match"));
        if (query.Length > 0 && header.Length > 0 && query != header)
        {
            throw new FaultException(Fault.Malformed, "If-Match Header and rev query parameters mismatch");
        }

        var rev = query.Length > 0 ? query : header.Length > 0 ? header : throw new FaultException(Fault.Malformed, "delete without revision");
        var document = await request.FindAsync("DELETE", request.Id);
        await request.AnswerAsync(StatusCodes.Status200OK, new JsonObject
        {
            ["ok"] = true,
            ["id"] = document.Id,
            ["rev"] = await request.DeleteAsync(document.Id, rev),
            ["type"] = request.Doctype,
            ["deleted"] = true,
        });
    }

    private static Task AnswerAsync(DocumentRequest request, int status, Document document) => request.AnswerAsync(status, new JsonObject
    {
        ["ok"] = true,
        ["id"] = document.Id,
        ["rev"] = document.Rev,
        ["type"] = request.Doctype,
        ["data"] = document.ToJson(request.Doctype),
    });
}

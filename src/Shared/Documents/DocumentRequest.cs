using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Faults;
using Shared.Streams;

namespace Shared.Documents;

/// <summary>A request to /data/:doctype: what it names, what it may do, what it holds, and how it is answered (cozy-api section 9).</summary>
internal sealed class DocumentRequest
{
    private readonly HttpContext context;

    private DocumentRequest(HttpContext context, string doctype, IDocuments documents) =>
        (this.context, Doctype, Documents) = (context, doctype, documents);

    public string Doctype { get; }

    public string Id => Value("id");

    public IQueryCollection Query => context.Request.Query;

    public CancellationToken Ct => context.RequestAborted;

    public HttpResponse Response => context.Response;

    public IDocuments Documents { get; }

    /// <summary>Beside the documents of the type; the slash is in no doctype, so that no client can name it.</summary>
    public IDocuments Designs => new StoredDocuments(
        context.RequestServices.GetRequiredService<DocumentStore>(), context.Instance().Domain, Doctype + "/_design");

    public static DocumentRequest Read(HttpContext context) => Of(context, (doctypes, doctype) => doctypes.Read(context.Instance(), doctype));

    public static DocumentRequest Write(HttpContext context) => Of(context, (doctypes, doctype) => doctypes.Write(context.Instance(), doctype));

    public string Value(string name) => context.GetRawValue(name)!;

    public string Header(string name) => context.Request.Headers[name].ToString();

    public DocumentRequest AllowWhole(string verb) => Allow(context.Caller().Permissions!.Allows(verb, Doctype));

    /// <summary>By its id, and by its fields when it is known.</summary>
    public DocumentRequest AllowDocument(string verb, string id, JsonObject? document)
    {
        var permissions = context.Caller().Permissions!;
        return Allow(document is null ? permissions.AllowsDocument(verb, Doctype, id) : permissions.AllowsDocument(verb, Doctype, id, document));
    }

    /// <summary>The document of this id, if the caller may do this to it; refused before it is said to be missing.</summary>
    public async Task<Document> FindAsync(string verb, string id)
    {
        var document = await Documents.FindAsync(id, Ct);
        AllowDocument(verb, id, document?.Body);
        return document ?? throw await MissingAsync(id);
    }

    /// <summary>How many documents there are; NotFound, in these words, where there never was one.</summary>
    public async Task<long> CountAsync(string unused)
    {
        var count = await Documents.CountAsync(Ct);
        return count > 0 || await Documents.IsUsedAsync(Ct) ? count : throw new FaultException(Fault.NotFound, unused);
    }

    public Task<JsonObject> ReadBodyAsync() => ReadBodyAsync(Documents.MostBytes);

    public async Task<JsonObject> ReadBodyAsync(int most)
    {
        if (context.Request.ContentLength > most)
        {
            throw new FaultException(Fault.TooLarge, $"the body holds more than {most} bytes");
        }

        try
        {
            using var bounded = new BoundedStream(context.Request.Body, most);
            var body = await JsonNode.ParseAsync(bounded, documentOptions: new() { AllowDuplicateProperties = false }, cancellationToken: Ct)
                as JsonObject ?? throw new FaultException(Fault.Malformed, "the document is not a JSON object");

            // Half a surrogate pair is read without a word, and fails only where it is written.
            _ = body.ToJsonString();
            return body;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FaultException(Fault.Malformed, "the document is not JSON");
        }
    }

    public Task AnswerAsync(int status, JsonNode json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString() + "\n", Ct);
    }

    private static DocumentRequest Of(HttpContext context, Func<IDoctypes, string, IDocuments> open)
    {
        var doctype = context.GetRawValue("doctype")!;
        return new(context, doctype, open(context.RequestServices.GetRequiredService<IDoctypes>(), doctype));
    }

    private async Task<FaultException> MissingAsync(string id) => new(
        Fault.NotFound,
        await Documents.IsDeletedAsync(id, Ct) ? "deleted"
            : await Documents.IsUsedAsync(Ct) ? "missing"
            : "wrong_doctype");

    private DocumentRequest Allow(bool allowed) => allowed ? this : throw new AccessException(Fault.Forbidden, "Forbidden");
}

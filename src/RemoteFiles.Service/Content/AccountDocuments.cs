using System.Text.Json;
using System.Text.Json.Nodes;
using RemoteFiles.Accounts;
using RemoteFiles.Http;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Content;

/// <summary>/data/io.cozy.accounts: free-form documents whose secrets never come back in clear (cozy-api section 9).</summary>
internal static class AccountDocuments
{
    private const string Route = "/data/" + AccountStore.Doctype + "/";
    private const int MostBytes = 1 << 20;

    public static void MapAccountDocuments(this WebApplication app)
    {
        app.MapRaw("POST", Route, CreateAsync).WithMetadata(Admission.Permission("POST", AccountStore.Doctype));
        app.MapRaw("GET", Route + "{id}", GetAsync).WithMetadata(Admission.AnyToken);
    }

    private static async Task CreateAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        if (body.ContainsKey("_id"))
        {
            throw new FaultException(Fault.Malformed, "defined_id");
        }

        body.Remove("_rev");
        body.Remove("_type");
        var created = await Accounts(context).CreateAsync(context.Instance(), body, context.RequestAborted);
        await WriteAsync(context, StatusCodes.Status201Created, new JsonObject
        {
            ["ok"] = true,
            ["id"] = created.Id,
            ["rev"] = created.Rev,
            ["type"] = AccountStore.Doctype,
            ["data"] = created.ToJson(AccountStore.Doctype),
        });
    }

    private static async Task GetAsync(HttpContext context)
    {
        var id = context.GetRawValue("id")!;
        if (!context.Caller().Permissions!.AllowsDocument("GET", AccountStore.Doctype, id))
        {
            throw new AccessException(Fault.Forbidden, "Forbidden");
        }

        var document = await Accounts(context).FindAsync(context.Instance().Domain, id, context.RequestAborted)
            ?? throw new FaultException(Fault.NotFound, "missing");
        await WriteAsync(context, StatusCodes.Status200OK, document.ToJson(AccountStore.Doctype));
    }

    private static async Task<JsonObject> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MostBytes)
        {
            throw new FaultException(Fault.TooLarge, "a document holds at most 1 MiB");
        }

        try
        {
            using var bounded = new BoundedStream(context.Request.Body, MostBytes);
            return await JsonNode.ParseAsync(bounded, documentOptions: new() { AllowDuplicateProperties = false }, cancellationToken: context.RequestAborted)
                as JsonObject ?? throw new FaultException(Fault.Malformed, "the document is not a JSON object");
        }
        catch (JsonException)
        {
            throw new FaultException(Fault.Malformed, "the document is not JSON");
        }
    }

    private static Task WriteAsync(HttpContext context, int status, JsonObject json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString() + "\n", context.RequestAborted);
    }

    private static AccountStore Accounts(HttpContext context) => context.RequestServices.GetRequiredService<AccountStore>();
}

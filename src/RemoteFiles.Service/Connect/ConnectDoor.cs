using System.Text.Json.Nodes;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Documents;
using Shared.Faults;

namespace RemoteFiles.Connect;

/// <summary>How a user connects a Nextcloud and takes the connection back; what opens it never reaches a browser.</summary>
internal static class ConnectDoor
{
    private const string Accounts = "/remote/nextcloud/accounts";
    private const string Flows = "/remote/nextcloud/login-flows";
    private const string Json = "application/json";
    private const int MostBytes = 16 * 1024;

    public static void MapConnect(this WebApplication app)
    {
        app.MapRaw("POST", Accounts, AddAsync).WithMetadata(Admission.Permission("POST", AccountStore.Doctype))
            .Describe("Connects a Nextcloud by `nextcloud_url`, `nextcloud_login` and `nextcloud_app_password`, which it is asked about first.", Json)
            .Answers(StatusCodes.Status201Created, Json);
        app.MapRaw("POST", Accounts + "/{account}/revoke", RevokeAsync).WithMetadata(Admission.Permission("DELETE", AccountStore.Doctype))
            .Describe("Ends the app password at the Nextcloud, and forgets the account. 409: it is not an app password; then it is only forgotten with `?Keep=true`.")
            .Reads("Keep", "true: leave the password valid at the Nextcloud.")
            .Answers(StatusCodes.Status204NoContent);
        app.MapRaw("POST", Flows, BeginAsync).WithMetadata(Admission.Permission("POST", AccountStore.Doctype))
            .Describe("Begins a login at the Nextcloud of `nextcloud_url` (its login flow v2): the page where the user allows it, and a handle to ask with.", Json)
            .Answers(StatusCodes.Status201Created, Json);
        app.MapRaw("POST", Flows + "/poll", PollAsync).WithMetadata(Admission.Permission("POST", AccountStore.Doctype))
            .Describe("Whether the login of `handle` was allowed: `status` is waiting, or connected, with the account. 404: it is too old.", Json)
            .Answers(StatusCodes.Status200OK, Json);
    }

    private static async Task AddAsync(HttpContext context)
    {
        var (instance, ct) = (context.Instance(), context.RequestAborted);
        var body = await JsonObjectBody.ReadAsync(context.Request, MostBytes, ct);
        var (url, login, password) = (UrlOf(body), Required(body, "nextcloud_login"), Required(body, "nextcloud_app_password"));
        var userId = await Get<IRemoteUsers>(context).ResolveAsync(url, login, password, ct);
        var id = await Get<AccountStore>(context).SaveNextcloudAsync(instance, url, login, password, userId, ct);
        await WriteAsync(context, StatusCodes.Status201Created, new() { ["account_id"] = id, ["nextcloud_url"] = url.ToString(), ["nextcloud_login"] = login });
    }

    private static async Task BeginAsync(HttpContext context)
    {
        var url = UrlOf(await JsonObjectBody.ReadAsync(context.Request, MostBytes, context.RequestAborted));
        var flow = await Get<IRemoteLogins>(context).BeginAsync(url, context.RequestAborted);
        await WriteAsync(context, StatusCodes.Status201Created, new()
        {
            ["login_url"] = flow.Page.AbsoluteUri,
            ["handle"] = Get<PendingLogins>(context).Seal(context.Instance(), url, flow.Token),
            ["expires_in"] = (int)PendingLogins.Validity.TotalSeconds,
        });
    }

    private static async Task PollAsync(HttpContext context)
    {
        var (instance, ct) = (context.Instance(), context.RequestAborted);
        var handle = Required(await JsonObjectBody.ReadAsync(context.Request, MostBytes, ct), "handle");
        var (url, token) = Get<PendingLogins>(context).Open(instance, handle) ?? throw new FaultException(Fault.NotFound, "this login is too old, begin it again");
        if (await Get<IRemoteLogins>(context).FetchAsync(url, token, ct) is not { } granted)
        {
            await WriteAsync(context, StatusCodes.Status200OK, new() { ["status"] = "waiting" });
            return;
        }

        // The password is told once: from here on the caller going away loses nothing.
        var userId = await UserIdAsync(context, url, granted);
        var id = await Get<AccountStore>(context).SaveNextcloudAsync(instance, url, granted.Login, granted.Password, userId, CancellationToken.None);
        await WriteAsync(context, StatusCodes.Status200OK, new()
        {
            ["status"] = "connected",
            ["account_id"] = id,
            ["nextcloud_url"] = url.ToString(),
            ["nextcloud_login"] = granted.Login,
        });
    }

    private static async Task RevokeAsync(HttpContext context)
    {
        var (domain, id, ct) = (context.Instance().Domain, context.GetRawValue("account")!, context.RequestAborted);
        var accounts = Get<AccountStore>(context);
        if (context.Request.Query["Keep"].ToString() != "true")
        {
            var account = await accounts.GetNextcloudAsync(domain, id, ct);
            await Get<IRemoteLogins>(context).RevokeAsync(account.Url, account.Login, account.Password, ct);
        }

        await accounts.ForgetAsync(domain, id, CancellationToken.None);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Who it is, is asked again by the first request that needs to know.
    private static async Task<string> UserIdAsync(HttpContext context, Uri url, GrantedLogin granted)
    {
        try
        {
            return await Get<IRemoteUsers>(context).ResolveAsync(url, granted.Login, granted.Password, CancellationToken.None);
        }
        catch (FaultException e) when (e.Fault != Fault.Unauthenticated)
        {
            return "";
        }
    }

    private static Uri UrlOf(JsonObject body) => NextcloudUrl.TryParse(Required(body, "nextcloud_url"), out var url)
        ? url
        : throw new FaultException(Fault.Invalid, "nextcloud_url is not a http or https address") { Pointer = "/nextcloud_url" };

    private static string Required(JsonObject body, string name) =>
        body[name] is JsonValue value && value.TryGetValue(out string? text) && text.Trim() is { Length: > 0 } trimmed
            ? trimmed
            : throw new FaultException(Fault.Invalid, $"{name} is required") { Pointer = "/" + name };

    private static Task WriteAsync(HttpContext context, int status, JsonObject answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = Json;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(answer.ToJsonString() + "\n", context.RequestAborted);
    }

    private static T Get<T>(HttpContext context)
        where T : notnull => context.RequestServices.GetRequiredService<T>();
}

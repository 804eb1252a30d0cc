using System.Text.Json.Nodes;
using RemoteFiles.Access;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Documents;
using Shared.Faults;

namespace RemoteFiles.Login;

/// <summary>
/// How the page of an instance gets its tokens: for the passphrase, and then for a cookie that scripts cannot read and that the
/// browser sends here alone. A token lives for minutes and in the memory of the page; no other site gets one, whatever it sends.
/// </summary>
internal static class SessionDoor
{
    private const string Json = "application/json";
    private const string Path = "/session";
    private const string Cookie = "session";
    private const string Flow = "page";
    private const string Scope = "io.cozy.files io.cozy.accounts io.cozy.nextcloud.migrations io.cozy.oauth.clients:GET,DELETE io.cozy.settings:GET";
    private const int MostBytes = 16 * 1024;
    private static readonly TimeSpan TokenValidity = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan SessionValidity = TimeSpan.FromHours(12);

    public static void MapSession(this WebApplication app)
    {
        app.MapRaw("POST", Path, SignInAsync).WithMetadata(Admission.Public)
            .Describe("Signs the page of the instance in with its `passphrase`: a token for some minutes, and a cookie for the next ones. From the same origin alone.", Json)
            .Answers(StatusCodes.Status200OK, Json);
        app.MapRaw("POST", Path + "/token", RenewAsync).WithMetadata(Admission.Public)
            .Describe("The next token, for the cookie; 204 when nobody is signed in. From the same origin alone.")
            .Answers(StatusCodes.Status200OK, Json).Answers(StatusCodes.Status204NoContent);
        app.MapRaw("DELETE", Path, SignOutAsync).WithMetadata(Admission.Public)
            .Describe("Signs the page out.").Answers(StatusCodes.Status204NoContent);
    }

    private static async Task SignInAsync(HttpContext context)
    {
        RefuseOtherSites(context.Request);
        if (!context.Request.HasJsonContentType())
        {
            throw new FaultException(Fault.UnsupportedMediaType, "send JSON");
        }

        var body = await JsonObjectBody.ReadAsync(context.Request, MostBytes, context.RequestAborted);
        var passphrase = body["passphrase"] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
        if (!await Passphrase.IsRightAsync(context, passphrase))
        {
            throw new FaultException(Fault.Forbidden, "This is not the passphrase");
        }

        await WriteAsync(context);
    }

    private static async Task RenewAsync(HttpContext context)
    {
        RefuseOtherSites(context.Request);
        if (await IsSignedInAsync(context))
        {
            await WriteAsync(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // A copy of the cookie, wherever it went, gets no token any more.
    private static async Task SignOutAsync(HttpContext context)
    {
        RefuseOtherSites(context.Request);
        if (await IsSignedInAsync(context))
        {
            await Ended(context).AddAsync(context.Instance().Domain, CookieOf(context), SessionValidity, context.RequestAborted);
        }

        context.Response.Cookies.Delete(NameOf(context), Settings(context));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<bool> IsSignedInAsync(HttpContext context)
    {
        var (instance, cookie) = (context.Instance(), CookieOf(context));
        return context.RequestServices.GetRequiredService<LoginSessions>().Open(instance, cookie, Flow) is { IsSignedIn: true }
            && !await Ended(context).IsEndedAsync(instance.Domain, cookie, context.RequestAborted);
    }

    // A browser sends Origin with each of these methods, and no page can change it (Fetch section 3.2); the port counts.
    private static void RefuseOtherSites(HttpRequest request)
    {
        var isOwn = Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && HostString.FromUriComponent(origin).Equals(HostString.FromUriComponent(new Uri($"{origin.Scheme}://{request.Host.Value}")));
        if (!isOwn || request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin"))
        {
            throw new FaultException(Fault.Forbidden, "Only the page of this instance may ask for this");
        }
    }

    private static async Task WriteAsync(HttpContext context)
    {
        var (instance, services) = (context.Instance(), context.RequestServices);
        var token = services.GetRequiredService<Tokens>().Mint(instance, Audiences.Cli, Flow, Scope, TokenValidity);
        var cookie = services.GetRequiredService<LoginSessions>().Seal(instance, new(Flow, "", IsSignedIn: true), SessionValidity);
        context.Response.Cookies.Append(NameOf(context), cookie, Settings(context));
        context.Response.ContentType = Json;
        context.Response.Headers.CacheControl = "no-store";
        var answer = new JsonObject
        {
            ["token"] = token,
            ["expires_in"] = (int)TokenValidity.TotalSeconds,
            ["user"] = instance.UserId,
            ["locale"] = instance.Locale,
            ["server"] = Visitor.ServerOf(context),
        };
        await context.Response.WriteAsync(answer.ToJsonString() + "\n", context.RequestAborted);
    }

    private static EndedSessions Ended(HttpContext context) => context.RequestServices.GetRequiredService<EndedSessions>();

    private static string CookieOf(HttpContext context) => context.Request.Cookies[NameOf(context)] ?? "";

    // A browser takes neither name from a neighbouring host nor without TLS (RFC 6265bis section 4.1.3); the first goes with the path "/" alone.
    private static string NameOf(HttpContext context) =>
        !Visitor.IsSecure(context) ? Cookie : Visitor.PrefixOf(context).Length == 0 ? "__Host-" + Cookie : "__Secure-" + Cookie;

    private static CookieOptions Settings(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = Visitor.IsSecure(context),
        Path = Visitor.IsSecure(context) && Visitor.PrefixOf(context).Length == 0 ? "/" : Visitor.PrefixOf(context) + Path,
    };
}

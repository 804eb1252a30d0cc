using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Operations;
using RemoteFiles.Accounts;
using RemoteFiles.Instances;
using Shared.Access;
using Shared.Faults;
using Shared.Hosting;

namespace RemoteFiles.Admin;

/// <summary>The operator's port: instances and their tokens. Basic authentication, any user, the secret as password.</summary>
internal static class AdminDoor
{
    public static void MapAdmin(this WebApplication app)
    {
        if (string.IsNullOrEmpty(app.Configuration["Listen:Admin"]))
        {
            return;
        }

        var options = app.Services.GetRequiredService<IOptions<AdminOptions>>().Value;
        if (options.Secret.Length == 0)
        {
            throw new StartException("the operator's port needs Admin:Secret");
        }

        var admin = app.MapOperatorGroup("/instances", context => Check(context, options.Secret));
        admin.MapGet("/", ListAsync);
        admin.MapPost("/", AddAsync);
        admin.MapDelete("/", RemoveAsync);
        admin.MapPost("/names", AddNameAsync);
        admin.MapPost("/token", TokenAsync);
        admin.MapAppPasswords();
        admin.MapPost("/accounts", AccountAsync);
        app.MapCloudery(options);
    }

    /// <summary>Routes of the operator's own listener, whatever the Host header says.</summary>
    public static RouteGroupBuilder MapOperatorGroup(this WebApplication app, string prefix, Action<HttpContext> check)
    {
        var group = app.MapGroup(prefix).WithMetadata(Admission.Process);
        return group.AddEndpointFilter(async (call, next) =>
        {
            var context = call.HttpContext;
            if (!context.IsOfOperator())
            {
                throw new AccessException(Fault.NotFound, "Not Found");
            }

            check(context);
            return await next(call);
        });
    }

    public static bool IsSecret(string given, string secret) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(secret));

    /// <exception cref="FaultException">NotFound.</exception>
    public static async Task<Instance> FindAsync(InstanceRegistry instances, string domain, CancellationToken ct) =>
        await instances.FindAsync(domain.ToLowerInvariant(), ct) ?? throw new FaultException(Fault.NotFound, $"there is no instance {domain}");

    private static async Task<JsonArray> ListAsync(InstanceRegistry instances, CancellationToken ct) =>
        new([.. (await instances.ListAsync(ct)).Select(row => new JsonObject { ["domain"] = row.Domain, ["locale"] = row.Locale, ["quota"] = row.Quota })]);

    private static async Task<IResult> AddAsync(HttpContext context, InstanceRegistry instances)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var quota = form["Quota"].ToString() is { Length: > 0 } text ? Bytes(text) : (long?)null;
        var locale = form["Locale"].ToString() is { Length: > 0 } given ? given : "en";
        var instance = await instances.AddAsync(form["Domain"].ToString(), locale, form["Passphrase"].ToString(), quota, ProfileOf(form), context.RequestAborted);
        return Results.Json(new JsonObject { ["domain"] = instance.Domain }, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, InstanceRemoval removal)
    {
        await removal.RemoveAsync(context.Request.Query["Domain"].ToString().ToLowerInvariant(), context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> AddNameAsync(HttpContext context, InstanceRegistry instances)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var instance = await FindAsync(instances, form["Domain"].ToString(), context.RequestAborted);
        await instances.AddNameAsync(instance.Domain, form["Name"].ToString(), form["Old"] == "true", context.RequestAborted);
        return Results.StatusCode(StatusCodes.Status201Created);
    }

    private static InstanceProfile ProfileOf(IFormCollection form) => new()
    {
        Email = form["Email"].ToString(),
        PublicName = form["PublicName"].ToString(),
        Tz = form["Timezone"].ToString(),
        Uuid = form["UUID"].ToString(),
        OidcId = form["OIDCID"].ToString(),
        OrgDomain = form["OrgDomain"].ToString(),
        OrgId = form["OrgID"].ToString(),
        Context = form["ContextName"].ToString(),
        Tos = form["TOSSigned"].ToString(),
        TosLatest = form["TOSLatest"].ToString(),
    };

    /// <summary>As the stack's own admin route: query Domain, Audience (cli or app), Subject and Scope; the token as plain text.</summary>
    private static async Task<IResult> TokenAsync(HttpContext context, InstanceRegistry instances, Tokens tokens)
    {
        var query = context.Request.Query;
        var instance = await FindAsync(instances, query["Domain"].ToString(), context.RequestAborted);
        var audience = query["Audience"].ToString();
        if (audience is not (Audiences.Cli or Audiences.App or Audiences.Konnector))
        {
            throw new FaultException(Fault.Malformed, "Audience is cli, app or konn");
        }

        var scope = query["Scope"].ToString();
        if (audience == Audiences.Cli)
        {
            _ = PermissionSet.Parse(scope);
        }

        return Results.Text(tokens.Mint(instance, audience, query["Subject"].ToString(), scope) + "\n");
    }

    private static async Task<IResult> AccountAsync(HttpContext context, InstanceRegistry instances, AccountStore accounts)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var instance = await FindAsync(instances, form["Domain"].ToString(), context.RequestAborted);
        var url = NextcloudUrl.TryParse(form["Url"].ToString(), out var parsed) ? parsed : throw new FaultException(Fault.Malformed, "Url is a http or https address");
        var id = await accounts.SaveNextcloudAsync(instance, url, form["Login"].ToString(), form["Password"].ToString(), "", context.RequestAborted);
        return Results.Text(id + "\n");
    }

    private static void Check(HttpContext context, string secret)
    {
        var given = BasicCredentials.Read(context.Request.Headers.Authorization.ToString())
            ?? throw new AccessException(Fault.Unauthenticated, "missing basic auth") { Challenge = "Basic realm=\"admin\"" };
        if (!IsSecret(given.Password, secret))
        {
            throw new AccessException(Fault.Forbidden, "bad passphrase");
        }
    }

    private static long Bytes(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
        ? bytes
        : throw new FaultException(Fault.Malformed, "Quota is a number of bytes");
}

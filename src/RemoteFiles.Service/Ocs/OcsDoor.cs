using System.Text.Json.Nodes;
using RemoteFiles.Access;
using RemoteFiles.Files;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;

namespace RemoteFiles.Ocs;

/// <summary>What Nextcloud clients ask before they sync: <c>status.php</c> and the user behind a login (Open Collaboration Services).</summary>
internal static class OcsDoor
{
    // The version whose protocol this face implements.
    private const string Status = """
        {"installed":true,"maintenance":false,"needsDbUpgrade":false,"version":"32.0.1.2","versionstring":"32.0.1","edition":"","productname":"Nextcloud","extendedSupport":false}
        """;

    public static void MapOcs(this WebApplication app)
    {
        app.MapRaw("GET", "/status.php", StatusAsync).WithMetadata(Admission.Public)
            .Describe("What Nextcloud's clients ask first: is this a Nextcloud, which one, is it up.").Answers(StatusCodes.Status200OK, "application/json");
        app.MapRaw("GET", "/ocs/v1.php/cloud/capabilities", context => CapabilitiesAsync(context, OcsVersion.V1)).WithMetadata(Admission.Public);
        app.MapRaw("GET", "/ocs/v2.php/cloud/capabilities", context => CapabilitiesAsync(context, OcsVersion.V2)).WithMetadata(Admission.Public);
        app.MapRaw("GET", "/ocs/v1.php/cloud/user", context => UserAsync(context, OcsVersion.V1)).WithMetadata(Admission.Public);
        app.MapRaw("GET", "/ocs/v2.php/cloud/user", context => UserAsync(context, OcsVersion.V2)).WithMetadata(Admission.Public);
    }

    private static Task StatusAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return context.Response.WriteAsync(Status, context.RequestAborted);
    }

    private static async Task CapabilitiesAsync(HttpContext context, OcsVersion version)
    {
        if (await IsFromProgramAsync(context))
        {
            await OcsEnvelope.WriteAsync(context, version, Capabilities.Of(await context.RequestServices.GetRequiredService<AppLogin>().IsAllowedAsync(context)));
        }
    }

    // Only a program sets this header: a web page cannot use the user's login from another site.
    private static async Task<bool> IsFromProgramAsync(HttpContext context)
    {
        if (context.Request.Headers["OCS-APIRequest"].ToString() is "true" or "True" or "TRUE")
        {
            return true;
        }

        context.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("""{"message":"CSRF check failed"}""", context.RequestAborted);
        return false;
    }

    private static async Task UserAsync(HttpContext context, OcsVersion version)
    {
        if (!await IsFromProgramAsync(context))
        {
            return;
        }

        if (!await context.RequestServices.GetRequiredService<AppLogin>().IsAllowedAsync(context))
        {
            if (context.Request.Headers.Authorization.Count > 0)
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"Authorisation Required\"";
            }

            await OcsEnvelope.WriteFailureAsync(context, StatusCodes.Status401Unauthorized, 997, "Unauthorised");
            return;
        }

        var instance = context.Instance();
        var space = await context.RequestServices.GetRequiredService<IFileTrees>().Drive(instance.Domain).GetSpaceAsync(context.RequestAborted);
        await OcsEnvelope.WriteAsync(context, version, new JsonObject
        {
            ["enabled"] = true,
            ["id"] = instance.UserId,
            ["quota"] = Quota(space),
            ["email"] = null,
            ["displayname"] = instance.UserId,
            ["display-name"] = instance.UserId,
            ["groups"] = new JsonArray(),
            ["language"] = instance.Locale,
            ["locale"] = instance.Locale,
        });
    }

    // -3 is Nextcloud's word for no limit.
    private static JsonObject Quota(DriveSpace space) => space.Quota is { } quota
        ? new() { ["free"] = Math.Max(0, quota - space.Used), ["used"] = space.Used, ["total"] = quota, ["relative"] = Math.Round(100.0 * space.Used / Math.Max(1, quota), 2), ["quota"] = quota }
        : new() { ["free"] = -3, ["used"] = space.Used, ["total"] = -3, ["relative"] = 0, ["quota"] = -3 };
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace StandIn;

/// <summary>The JSON answers: <c>status.php</c> and <c>ocs/v2.php/cloud/user</c>.</summary>
internal static class Ocs
{
    public static Task StatusAsync(HttpContext context) => WriteAsync(context, 200, "application/json", new JsonObject
    {
        ["installed"] = true,
        ["maintenance"] = false,
        ["needsDbUpgrade"] = false,
        ["version"] = "32.0.1.2",
        ["versionstring"] = "32.0.1",
        ["edition"] = "",
        ["productname"] = "Nextcloud",
        ["extendedSupport"] = false,
    });

    /// <param name="context">The request.</param>
    /// <param name="user">Null: the login was refused.</param>
    /// <param name="used">Bytes of the user's files.</param>
    public static Task UserAsync(HttpContext context, StandInUser? user, long used)
    {
        if (user is null)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Authorisation Required\"";
            return EnvelopeAsync(context, 401, "failure", 997, "Unauthorised", new JsonArray());
        }

        return EnvelopeAsync(context, 200, "ok", 200, "OK", new JsonObject
        {
            ["enabled"] = true,
            ["id"] = user.Id,
            ["backend"] = "Database",
            ["quota"] = new JsonObject { ["free"] = -3, ["used"] = used, ["total"] = -3, ["relative"] = 0, ["quota"] = -3 },
            ["email"] = null,
            ["displayname"] = user.Id,
            ["display-name"] = user.Id,
            ["groups"] = new JsonArray(),
            ["language"] = "en",
            ["locale"] = "",
        });
    }

    private static Task EnvelopeAsync(HttpContext context, int http, string status, int code, string message, JsonNode data)
    {
        var meta = new JsonObject { ["status"] = status, ["statuscode"] = code, ["message"] = message };
        return WriteAsync(context, http, "application/json; charset=utf-8", new JsonObject { ["ocs"] = new JsonObject { ["meta"] = meta, ["data"] = data } });
    }

    private static Task WriteAsync(HttpContext context, int status, string type, JsonObject json)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, type);
        return context.Response.WriteAsync(json.ToJsonString());
    }
}

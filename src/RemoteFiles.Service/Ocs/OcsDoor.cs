using System.Text.Json.Nodes;
using RemoteFiles.Access;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Errors;
using Shared.Faults;
using Shared.Hosting;

namespace RemoteFiles.Ocs;

/// <summary>What Nextcloud clients ask beside WebDAV (Open Collaboration Services): both versions, in XML and JSON.</summary>
internal static class OcsDoor
{
    private static readonly Route[] Routes =
    [
        new("GET", "cloud/capabilities", "What this server can; who is logged in is told more.", OcsCapabilities.AnswerAsync) { IsPublic = true },
        new("GET", "config", "The version of OCS itself.", ConfigAsync) { IsPublic = true },
        new("GET", "cloud/user", "The user behind the login, with the quota.", OcsUser.MeAsync),
        new("GET", "cloud/users/{user}", "The same, by id; there is no other user.", OcsUser.ByIdAsync),
        new("GET", "cloud/groups", "The groups of this server: none.", Always("""{"groups":[]}""")),
        new("GET", "core/getapppassword", "A new app password, for the login that users type.", OcsAppPasswords.GetAsync) { IsChecked = false },
        new("DELETE", "core/apppassword", "Revokes the app password of this request.", OcsAppPasswords.RevokeAsync),
        new("POST", "core/apppassword/rotate", "A new app password in place of the one of this request.", OcsAppPasswords.RotateAsync),
        new("PUT", "core/apppassword/confirm", "Whether the passphrase in the form is right.", OcsAppPasswords.ConfirmAsync),
        .. Nothing("core/navigation/apps", "apps/notifications/api/v2/notifications", "search/providers"),
        .. Nothing("apps/activity/api/v2/activity", "apps/activity/api/v2/activity/all", "apps/activity/api/v2/activity/filter"),
        .. Nothing("apps/files/api/v1/templates", "apps/files/api/v1/stats", "apps/files/api/v1/recent", "apps/files/api/v1/recent/"),
        .. Nothing("apps/files_sharing/api/v1/shares", "apps/files_sharing/api/v1/sharees", "apps/files_sharing/api/v1/deletedshares"),
        .. Nothing("apps/user_status/api/v1/predefined_statuses", "apps/user_status/api/v1/statuses"),
        new("GET", "apps/user_status/api/v1/user_status", "The user has no status here.", _ => throw new FaultException(Fault.NotFound, "No status for the current user")),
        new("GET", "apps/files/api/v1/directEditing", "Editors: none.", Always("""{"editors":{},"creators":{}}""")),
        new("GET", "apps/recommendations/api/v1/recommendations", "Recommended files: none.", Always("""{"enabled":false,"recommendations":[]}""")),
    ];

    public static void MapOcs(this WebApplication app)
    {
        app.MapDiscovery();
        app.MapVersion("/ocs/v1.php/", OcsVersion.V1);
        app.MapVersion("/ocs/v2.php/", OcsVersion.V2);
    }

    private static void MapVersion(this WebApplication app, string prefix, OcsVersion version)
    {
        var errors = new ErrorForm(OcsError.Of(version));
        foreach (var route in Routes)
        {
            app.MapRaw(route.Method, prefix + route.Path, context => AnswerAsync(context, version, route))
                .WithMetadata(Admission.Public, errors, new Compressed())
                .Describe(route.Summary)
                .Reads("format", "json or xml; without it the Accept header decides, and then it is XML")
                .Answers(StatusCodes.Status200OK, "application/xml");
        }

        // A path that is there for another method, and then everything else. Neither is an operation.
        foreach (var path in Routes.Select(route => route.Path).Distinct())
        {
            app.MapRaw("*", prefix + path, _ => throw new FaultException(Fault.MethodNotAllowed, "Method Not Allowed")).WithMetadata(Admission.Public, errors).ExcludeFromDescription();
        }

        app.MapRaw("*", prefix + "{path=**}", context => OcsError.WriteUnknownRouteAsync(context, version)).WithMetadata(Admission.Public, errors).ExcludeFromDescription();
    }

    private static async Task AnswerAsync(HttpContext context, OcsVersion version, Route route)
    {
        // Only a program sets this header: a web page cannot use a password that its browser remembers.
        if (!string.Equals(context.Request.Headers["OCS-APIRequest"].ToString(), "true", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"message":"CSRF check failed"}""", context.RequestAborted);
            return;
        }

        var call = route.IsChecked ? await OcsCall.OfAsync(context, version, route.IsPublic) : new OcsCall(context, version, null);
        await OcsEnvelope.WriteAsync(context, version, await route.HandleAsync(call));
    }

    private static Task<JsonNode> ConfigAsync(OcsCall call) => Task.FromResult<JsonNode>(new JsonObject
    {
        ["version"] = "1.7",
        ["website"] = "Cozy",
        ["host"] = call.Http.Request.Host.Host,
        ["contact"] = "",
        ["ssl"] = Visitor.IsSecure(call.Http) ? "true" : "false",
    });

    private static IEnumerable<Route> Nothing(params string[] paths) => paths.Select(path => new Route("GET", path, "An empty list: apps ask, and there is none here.", Always("[]")));

    private static Func<OcsCall, Task<JsonNode>> Always(string json) => _ => Task.FromResult(JsonNode.Parse(json)!);

    private sealed record Route(string Method, string Path, string Summary, Func<OcsCall, Task<JsonNode>> HandleAsync)
    {
        /// <summary>Answered to anybody, but not to a bad password.</summary>
        public bool IsPublic { get; init; }

        /// <summary>False: the handler looks at the credentials itself.</summary>
        public bool IsChecked { get; init; } = true;
    }
}

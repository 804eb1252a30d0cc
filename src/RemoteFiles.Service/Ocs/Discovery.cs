using RemoteFiles.Access;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;

namespace RemoteFiles.Ocs;

/// <summary>The plain addresses by which apps find out what this server is, and those of a Nextcloud that have nothing here.</summary>
internal static class Discovery
{
    // The version whose protocol this face implements.
    private const string Status = """
        {"installed":true,"maintenance":false,"needsDbUpgrade":false,"version":"32.0.1.2","versionstring":"32.0.1","edition":"","productname":"Nextcloud","extendedSupport":false}
        """;

    private static readonly string[] Missing =
    [
        "/avatar/{user}/{size}", "/core/preview", "/core/preview.png", "/apps/files/api/v1/thumbnail/{x}/{y}/{path=**}",
        "/apps/groupfolders/folders", "/apps/recommendations/api/recommendations",
    ];

    // Users are sent there by the apps: to a file, to all files.
    private static readonly string[] WebPages =
    [
        "/login", "/index.php/login", "/f/{file}", "/index.php/f/{file}", "/apps/files", "/apps/files/", "/index.php/apps/files", "/index.php/apps/files/",
    ];

    public static void MapDiscovery(this WebApplication app)
    {
        app.Public("GET", "/status.php", StatusAsync).Describe("Says that this server speaks Nextcloud's protocol, and in which version.").Answers(StatusCodes.Status200OK, "application/json");
        foreach (var path in new[] { "/204", "/index.php/204" })
        {
            app.Public("GET", path, context => WithStatus(context, StatusCodes.Status204NoContent)).Describe("Nothing: who gets another answer is behind a captive portal.").Answers(StatusCodes.Status204NoContent);
        }

        foreach (var name in new[] { "caldav", "carddav" })
        {
            app.Public("*", "/.well-known/" + name, ToDav).ExcludeFromDescription();
        }

        foreach (var name in new[] { "webfinger", "nodeinfo" })
        {
            app.Unlisted("/.well-known/" + name, context =>
            {
                context.Response.Headers["X-NEXTCLOUD-WELL-KNOWN"] = "1";
                return NothingAsync(context);
            });
        }

        foreach (var path in Missing.SelectMany(path => new[] { path, "/index.php" + path }))
        {
            app.Unlisted(path, NothingAsync);
        }

        // Never 200: an app that is told so erases what its user has on the device.
        app.Public("POST", "/index.php/core/wipe/check", NothingAsync).ExcludeFromDescription();
        app.Public("POST", "/index.php/core/wipe/success", NothingAsync).ExcludeFromDescription();

        foreach (var path in WebPages)
        {
            app.Public("GET", path, context => SendTo(context, StatusCodes.Status302Found, "/"))
                .Describe("Where Nextcloud's apps send a browser: on to the first page.").Answers(StatusCodes.Status302Found);
        }
    }

    private static IEndpointConventionBuilder Public(this WebApplication app, string method, string path, RequestDelegate handle) =>
        app.MapRaw(method, path, handle).WithMetadata(Admission.Public);

    private static void Unlisted(this WebApplication app, string path, RequestDelegate handle) =>
        app.Public("GET", path, handle).ExcludeFromDescription();

    private static Task StatusAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return context.Response.WriteAsync(Status, context.RequestAborted);
    }

    // RFC 6764 section 5: GNOME finds the files from here.
    private static Task ToDav(HttpContext context) => SendTo(context, StatusCodes.Status301MovedPermanently, "/remote.php/dav/");

    private static Task NothingAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("[]", context.RequestAborted);
    }

    private static Task SendTo(HttpContext context, int status, string path)
    {
        context.Response.Headers.Location = Visitor.ServerOf(context) + path;
        return WithStatus(context, status);
    }

    private static Task WithStatus(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}

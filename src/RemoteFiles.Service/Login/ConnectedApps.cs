using System.Text.Json.Nodes;
using RemoteFiles.Access;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;

namespace RemoteFiles.Login;

/// <summary>The apps that sync with the drive, as the Cozy lists its connected clients: <c>/settings/clients</c>.</summary>
internal static class ConnectedApps
{
    private const string Doctype = "io.cozy.oauth.clients";
    private const string JsonApi = "application/vnd.api+json";

    public static void MapConnectedApps(this WebApplication app)
    {
        app.MapRaw("GET", "/settings/clients", ListAsync).WithMetadata(Admission.Permission("GET", Doctype))
            .Describe("The apps that sync with the drive, each with the day it was connected and last came.").Answers(StatusCodes.Status200OK, JsonApi);
        app.MapRaw("DELETE", "/settings/clients/{id}", RevokeAsync).WithMetadata(Admission.Permission("DELETE", Doctype))
            .Describe("Ends the access of one of them.").Answers(StatusCodes.Status204NoContent);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var apps = await Passwords(context).ListAsync(context.Instance().Domain, context.RequestAborted);
        context.Response.ContentType = JsonApi;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(new JsonObject { ["data"] = new JsonArray([.. apps.Select(Resource)]) }.ToJsonString() + "\n", context.RequestAborted);
    }

    private static async Task RevokeAsync(HttpContext context)
    {
        await Passwords(context).RevokeAsync(context.Instance().Domain, context.GetRawValue("id")!, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static JsonObject Resource(AppPassword app) => new()
    {
        ["type"] = Doctype,
        ["id"] = app.Id,
        ["attributes"] = new JsonObject
        {
            ["client_name"] = app.Name,
            ["created_at"] = Time(app.CreatedAt),
            ["last_refreshed_at"] = app.UsedAt > 0 ? Time(app.UsedAt) : null,
        },
    };

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static AppPasswords Passwords(HttpContext context) => context.RequestServices.GetRequiredService<AppPasswords>();
}

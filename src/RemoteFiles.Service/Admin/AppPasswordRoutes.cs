using System.Text.Json.Nodes;
using RemoteFiles.Access;
using RemoteFiles.Instances;

namespace RemoteFiles.Admin;

/// <summary>The operator's routes for the app passwords of an instance: an id opens nothing of another.</summary>
internal static class AppPasswordRoutes
{
    public static void MapAppPasswords(this RouteGroupBuilder admin)
    {
        admin.MapPost("/app-passwords", AddAsync);
        admin.MapGet("/app-passwords", ListAsync);
        admin.MapDelete("/app-passwords/{id}", RevokeAsync);
    }

    private static async Task<IResult> AddAsync(HttpContext context, InstanceRegistry instances, AppPasswords passwords)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var instance = await AdminDoor.FindAsync(instances, form["Domain"].ToString(), context.RequestAborted);
        return Results.Text(await passwords.AddAsync(instance.Domain, form["Name"].ToString(), context.RequestAborted) + "\n");
    }

    private static async Task<JsonArray> ListAsync(HttpContext context, InstanceRegistry instances, AppPasswords passwords)
    {
        var instance = await OfQueryAsync(context, instances);
        var list = await passwords.ListAsync(instance, context.RequestAborted);
        return new([.. list.Select(one => new JsonObject { ["id"] = one.Id, ["name"] = one.Name, ["created_at"] = Time(one.CreatedAt), ["used_at"] = Time(one.UsedAt) })]);
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, string id, InstanceRegistry instances, AppPasswords passwords)
    {
        await passwords.RevokeAsync(await OfQueryAsync(context, instances), id, context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<string> OfQueryAsync(HttpContext context, InstanceRegistry instances) =>
        (await AdminDoor.FindAsync(instances, context.Request.Query["Domain"].ToString(), context.RequestAborted)).Domain;

    private static DateTimeOffset? Time(long milliseconds) => milliseconds > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}

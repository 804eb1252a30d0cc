using RemoteFiles.Access;
using RemoteFiles.Files;
using RemoteFiles.Http;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Errors;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>
/// The drive as a Nextcloud's WebDAV (RFC 4918): what a migration, or a client that only reads, asks for.
/// The user in the path must be the instance's own.
/// </summary>
internal static class DavDoor
{
    private static readonly string[] Roots = ["/remote.php/dav/files/{user}/{path=**}", "/remote.php/dav/files/{user}", "/remote.php/webdav/{path=**}", "/remote.php/webdav"];

    public static void MapDav(this WebApplication app)
    {
        var errors = new ErrorForm(DavError.WriteAsync);
        foreach (var root in Roots)
        {
            app.MapRaw("OPTIONS", root, Guarded(OptionsAsync)).WithMetadata(Admission.Public, errors);
            app.MapRaw("PROPFIND", root, Guarded(PropFindAsync)).WithMetadata(Admission.Public, errors);
            app.MapRaw("GET", root, Guarded(GetAsync)).WithMetadata(Admission.Public, errors);
        }
    }

    private static Task OptionsAsync(HttpContext context)
    {
        context.Response.Headers.Allow = "OPTIONS, GET, HEAD, PROPFIND";
        context.Response.Headers["DAV"] = "1, 3";
        context.Response.Headers["MS-Author-Via"] = "DAV";
        return Task.CompletedTask;
    }

    private static async Task PropFindAsync(HttpContext context)
    {
        var (tree, path) = Target(context);
        var depth = context.Request.Headers["Depth"].ToString();
        var asked = await PropFindRequest.ReadAsync(context.Request.Body, context.RequestAborted);
        var entry = await tree.StatAsync(path, context.RequestAborted) ?? throw NotFound(path);
        using var answer = new MultiStatus(context.Response, BaseOf(context), asked);
        await answer.AddAsync(entry, context.RequestAborted);
        if (entry.IsFolder && depth is not "0")
        {
            await AddChildrenAsync(answer, tree, path, deep: depth == "infinity", context.RequestAborted);
        }

        await answer.CompleteAsync(context.RequestAborted);
    }

    private static async Task AddChildrenAsync(MultiStatus answer, IFileTree tree, FilePath folder, bool deep, CancellationToken ct)
    {
        await foreach (var child in tree.ListAsync(folder, ct))
        {
            await answer.AddAsync(child, ct);
            if (deep && child.IsFolder)
            {
                await AddChildrenAsync(answer, tree, child.Path, deep, ct);
            }
        }
    }

    private static async Task GetAsync(HttpContext context)
    {
        var (tree, path) = Target(context);
        if (await tree.StatAsync(path, context.RequestAborted) is not { IsFolder: false })
        {
            throw NotFound(path);
        }

        await FileResponse.WriteAsync(context, tree, path, ContentDisposition.Attachment(path.Name), entry => entry.ETag);
    }

    private static RequestDelegate Guarded(RequestDelegate handler) => async context =>
    {
        if (!await context.RequestServices.GetRequiredService<AppLogin>().IsAllowedAsync(context))
        {
            throw new FaultException(Fault.Unauthenticated, "An app password is needed");
        }

        await handler(context);
    };

    private static (IFileTree Tree, FilePath Path) Target(HttpContext context)
    {
        var user = context.GetRawValue("user");
        if (user is { Length: > 0 } && user != context.Instance().UserId)
        {
            throw new FaultException(Fault.NotFound, $"Principal with name {user} not found");
        }

        return (context.RequestServices.GetRequiredService<IFileTrees>().Drive(context.Instance().Domain), FilePath.Parse(context.GetRawValue("path") ?? ""));
    }

    // Hrefs stay below the address that was asked.
    private static string BaseOf(HttpContext context) =>
        context.GetRawValue("user") is { Length: > 0 } user ? $"/remote.php/dav/files/{user}" : "/remote.php/webdav";

    private static FaultException NotFound(FilePath path) => new(Fault.NotFound, $"File with name {path} could not be located");
}

using System.Data.Common;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Errors;
using Shared.Faults;
using Shared.Hosting;

namespace RemoteFiles.Dav;

/// <summary>
/// The drive as a Nextcloud's WebDAV (RFC 4918): what a sync client, or a migration from here, asks for.
/// The user in the path must be the instance's own.
/// </summary>
internal static class DavDoor
{
    private static readonly string[] Roots = ["/remote.php/dav/files/{user}/{path=**}", "/remote.php/dav/files/{user}", "/remote.php/webdav/{path=**}", "/remote.php/webdav"];

    // Their answers are XML of any length, which the same words fill.
    private static readonly string[] Listings = ["PROPFIND", "REPORT", "SEARCH"];

    private static readonly Dictionary<string, Func<DavCall, Task>> Methods = new()
    {
        ["GET"] = DavGet.HandleAsync,
        ["PROPFIND"] = DavPropFind.HandleAsync,
        ["PROPPATCH"] = DavPropPatch.HandleAsync,
        ["PUT"] = DavPut.HandleAsync,
        ["PATCH"] = DavHash.HandleAsync,
        ["MKCOL"] = DavFolders.MakeAsync,
        ["DELETE"] = DavFolders.DeleteAsync,
        ["MOVE"] = DavMove.MoveAsync,
        ["COPY"] = DavMove.CopyAsync,
        ["LOCK"] = DavLock.LockAsync,
        ["UNLOCK"] = DavLock.UnlockAsync,
        ["REPORT"] = DavReport.HandleAsync,
    };

    public static void MapDav(this WebApplication app)
    {
        foreach (var root in Roots)
        {
            app.MapDav("OPTIONS", root, context => DavOptions.HandleAsync(context, ["OPTIONS", "HEAD", .. Methods.Keys]));
            foreach (var (method, handle) in Methods)
            {
                app.MapDav(method, root, async context => await handle(await DavCall.OfAsync(context)));
            }
        }

        // Desktops ask the home of nobody ("/files//") whether a password is wanted; nobody is told the list of homes.
        app.MapDav("PROPFIND", "/remote.php/dav/files/{path=**}", _ => throw new FaultException(Fault.MethodNotAllowed, "Listing members of this collection is disabled"));
        app.MapDavUploads();
        app.MapDavVersions();
        app.MapDavTrash();
        app.MapDavBulk();
        app.MapDavRoot();
    }

    /// <summary>A route of this face: for the one user, with errors as Sabre writes them.</summary>
    public static void MapDav(this WebApplication app, string method, string template, RequestDelegate handle) =>
        app.MapRaw(method, template, Guarded(handle)).WithMetadata([Admission.Public, new ErrorForm(DavError.WriteAsync), .. Listings.Contains(method) ? [new Compressed()] : Array.Empty<object>()]).WithSummary("WebDAV, as Nextcloud's clients speak it.");

    private static RequestDelegate Guarded(RequestDelegate handle) => async context =>
    {
        // A browser sends the password that it remembers along with any page's pictures: no other site gets to see what comes.
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        try
        {
            await DavCall.DemandLoginAsync(context);
            await handle(context);
        }
        catch (Exception e) when (e is DbException or IOException and not BadHttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            // Clients take "not there" for "deleted": what cannot be known is neither.
            var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(DavDoor));
            if (e is DbException)
            {
                FaultLog.Tell(log, context, e);
            }
            else
            {
                FaultLog.StorageFailed(log, e, context.Request.Method);
            }

            throw new FaultException(Fault.Unavailable, "Storage is temporarily not available", e);
        }
    };
}

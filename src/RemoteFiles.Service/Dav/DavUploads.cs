using System.Globalization;
using RemoteFiles.Files;
using RemoteFiles.Http;
using Rpc.Transcoding;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>Uploads in pieces, Nextcloud's version 2: MKCOL a folder of any name, PUT the parts, MOVE its <c>.file</c> to where it goes.</summary>
internal static class DavUploads
{
    private const string Joined = ".file";
    private const int LongestName = 250;
    private const string Folder = "/remote.php/dav/uploads/{user}/{transfer}";
    private const string Part = Folder + "/{name}";

    public static void MapDavUploads(this WebApplication app)
    {
        // A folder may be named with a slash at its end, which is a part without a name.
        app.MapDav("MKCOL", Folder, BeginAsync);
        app.MapDav("PROPFIND", Folder, ListAsync);
        app.MapDav("DELETE", Folder, AbortAsync);
        app.MapDav("MKCOL", Part, context => NameOf(context).Length == 0 ? BeginAsync(context) : throw new FaultException(Fault.Forbidden, "An upload has no folders"));
        app.MapDav("PROPFIND", Part, ListAsync);
        app.MapDav("DELETE", Part, context => NameOf(context).Length == 0 ? AbortAsync(context) : throw new FaultException(Fault.Forbidden, "A part is replaced, not deleted"));
        app.MapDav("PUT", Part, PutAsync);
        app.MapDav("MOVE", Part, JoinAsync);
    }

    private static async Task BeginAsync(HttpContext context)
    {
        try
        {
            await DavCall.DriveOf(context).BeginUploadAsync(TransferOf(context), TotalOf(context), context.RequestAborted);
        }
        catch (FaultException e) when (e.Fault == Fault.AlreadyExists)
        {
            throw new FaultException(Fault.MethodNotAllowed, "The resource you tried to create already exists", e);
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private static async Task AbortAsync(HttpContext context)
    {
        if (!await DavCall.DriveOf(context).AbortUploadAsync(TransferOf(context), context.RequestAborted))
        {
            throw NotFound(context);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task PutAsync(HttpContext context)
    {
        var (drive, name, ct) = (DavCall.DriveOf(context), NameOf(context), context.RequestAborted);
        if (name is "" or Joined || name.Length > LongestName)
        {
            throw new FaultException(Fault.Forbidden, "A part cannot have this name");
        }

        if (TotalOf(context) is { } total && await drive.GetSpaceAsync(ct) is { Quota: { } most } && total > most)
        {
            throw new FaultException(Fault.OutOfSpace, "Insufficient space");
        }

        var part = new Upload { Body = CheckedBody.Of(UploadBody.Of(context), context.Request), Length = context.Request.ContentLength };
        var isNew = await drive.WritePartAsync(TransferOf(context), name, part, ct);
        context.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status204NoContent;
    }

    private static async Task ListAsync(HttpContext context)
    {
        var ct = context.RequestAborted;
        var asked = PropFind.Of(await DavXml.ReadAsync(context));
        var parts = await DavCall.DriveOf(context).PartsAsync(TransferOf(context), ct) ?? throw NotFound(context);
        var (name, root) = (NameOf(context), $"/remote.php/dav/uploads/{context.GetRawValue("user")}/{Uri.EscapeDataString(TransferOf(context))}/");
        IReadOnlyList<UploadPart> files = [new(Joined, parts.Sum(part => part.Size)), .. parts];
        var answer = new MultiStatus(context);
        if (name.Length == 0)
        {
            await answer.AddAsync(root, asked.Names, DavItem.Folder(), ct);
        }
        else if (!files.Any(part => part.Name == name))
        {
            throw NotFound(context);
        }

        var shown = name.Length > 0 ? files.Where(part => part.Name == name) : context.Request.Headers["Depth"] == "0" ? [] : files;
        foreach (var part in shown)
        {
            await answer.AddAsync(root + Uri.EscapeDataString(part.Name), asked.Names, DavItem.File(part.Size), ct);
        }

        await answer.CompleteAsync(ct);
    }

    // Goes on when the caller has lost patience: it will ask again, and hear what has become of it.
    private static async Task JoinAsync(HttpContext context)
    {
        if (NameOf(context) != Joined)
        {
            throw new FaultException(Fault.Forbidden, "Only the whole upload is moved");
        }

        var drive = DavCall.DriveOf(context);
        var to = await DavCall.DestinationAsync(context, drive);
        DavPut.Answer(new(context, drive, "", to), await JoinAsync(context, drive, TransferOf(context), to));
    }

    /// <summary>Makes a file of an upload, on the conditions of the request.</summary>
    public static async Task<Placed> JoinAsync(HttpContext context, ICozyDrive drive, string transfer, FilePath to)
    {
        var terms = DavTerms.Of(context, to, entry =>
        {
            DavPut.NotTrashed(entry);
            if (entry is { IsFolder: true })
            {
                throw new FaultException(Fault.Malformed, "The destination is a folder");
            }
        });
        var order = new JoinOrder(
            TotalOf(context),
            DavCall.Overwrites(context),
            ModificationTime.Of(context.Request),
            CheckedBody.Read(context.Request),
            CheckedBody.ToKeep(CheckedBody.Read(context.Request)),
            terms);
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        return await drive.JoinAsync(transfer, to, order, stopping);
    }

    /// <summary>How many bytes the whole file has, if the sender says so.</summary>
    public static long? TotalOf(HttpContext context) =>
        long.TryParse(context.Request.Headers["OC-Total-Length"], NumberStyles.None, CultureInfo.InvariantCulture, out var total) ? total : null;

    private static string TransferOf(HttpContext context) =>
        context.GetRawValue("transfer") is { Length: > 0 and <= LongestName } name ? name : throw new FaultException(Fault.Forbidden, "An upload needs a name");

    private static string NameOf(HttpContext context) => context.GetRawValue("name") ?? "";

    private static FaultException NotFound(HttpContext context) => new(Fault.NotFound, $"There is no upload {TransferOf(context)}");
}

using RemoteFiles.Access;
using RemoteFiles.Files;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>A request for something in the user's files.</summary>
internal sealed record DavCall(HttpContext Http, ICozyDrive Drive, string Root, FilePath Path)
{
    public HttpRequest Request => Http.Request;

    public HttpResponse Response => Http.Response;

    public CancellationToken Ct => Http.RequestAborted;

    public string User => Http.Instance().UserId;

    /// <summary>Hrefs stay below the address that was asked.</summary>
    public static async Task<DavCall> OfAsync(HttpContext context)
    {
        var drive = DriveOf(context);
        var root = context.GetRawValue("user") is { Length: > 0 } user ? DavAddress.Files(user) : DavAddress.Old;
        return new(context, drive, root, await DavAddress.ResolveAsync(drive, FilePath.Parse(context.GetRawValue("path") ?? ""), context.RequestAborted));
    }

    /// <summary>The drive of a caller with an app password, who must be the user that the path names, if it names one.</summary>
    public static ICozyDrive DriveOf(HttpContext context)
    {
        var user = context.GetRawValue("user");
        return user is not { Length: > 0 } || user == context.Instance().UserId
            ? context.RequestServices.GetRequiredService<IFileTrees>().Drive(context.Instance().Domain)
            : throw new FaultException(Fault.NotFound, $"Principal with name {user} not found");
    }

    public static async Task DemandLoginAsync(HttpContext context)
    {
        if (await context.RequestServices.GetRequiredService<AppLogin>().FindAsync(context) is null)
        {
            throw new FaultException(Fault.Unauthenticated, "An app password is needed");
        }
    }

    public string Header(string name) => Request.Headers[name].ToString();

    public string HrefOf(Entry entry) => DavAddress.Href(Root, entry.Path, entry.IsFolder);

    /// <summary>What is there. The trash has an address of its own.</summary>
    public async Task<Entry> EntryAsync() =>
        await Drive.StatAsync(Path, Ct) is { Cozy.Trashed: false, Id: not ICozyDrive.TrashId } entry ? entry : throw NotFound();

    /// <summary>The same, ready to be read.</summary>
    public async Task<DriveLook> LookAsync() =>
        await Drive.LookAsync(Path, Ct) is { Entry: { Cozy.Trashed: false, Id: not ICozyDrive.TrashId } } look ? look : throw NotFound();

    public FaultException NotFound() => new(Fault.NotFound, $"File with name {Path} could not be located");

    /// <summary>Where a MOVE, a COPY or the last step of an upload goes.</summary>
    public static async Task<FilePath> DestinationAsync(HttpContext context, ICozyDrive drive)
    {
        var header = context.Request.Headers["Destination"].ToString();
        var path = header.Length == 0
            ? throw new FaultException(Fault.Malformed, "The destination header was not supplied")
            : DavAddress.FileOf(context, header) ?? throw new FaultException(Fault.Forbidden, "The destination lies outside the files");
        return NewNames.Check(await DavAddress.ResolveAsync(drive, path, context.RequestAborted));
    }

    /// <summary>RFC 4918 section 10.6.</summary>
    public static bool Overwrites(HttpContext context) => context.Request.Headers["Overwrite"].ToString().ToUpperInvariant() switch
    {
        "" or "T" => true,
        "F" => false,
        _ => throw new FaultException(Fault.Malformed, "The Overwrite header is T or F"),
    };

    public void Describe(Entry entry)
    {
        var headers = Response.Headers;
        headers["OC-FileId"] = DavProperties.IdOf(entry, DavProperties.InstallationOf(Http.Instance().Domain));
        if (!entry.IsFolder)
        {
            headers.ETag = entry.ETag;
            headers["OC-ETag"] = entry.ETag;
        }
    }
}

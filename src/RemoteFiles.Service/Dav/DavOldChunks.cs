using System.Globalization;
using System.Text.RegularExpressions;
using RemoteFiles.Files;
using RemoteFiles.Http;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>
/// Uploads in pieces as clients sent them before version 2: PUT with OC-Chunked of <c>NAME-chunking-ID-COUNT-INDEX</c>, where the
/// last one to arrive makes the file. Its answer alone has an ETag: that is how those clients know.
/// </summary>
internal static partial class DavOldChunks
{
    private const int MostParts = 100_000;

    public static async Task PutAsync(DavCall call)
    {
        var (to, transfer, count, index) = Read(call.Path);
        if (index > 0 && await call.Drive.PartsAsync(transfer, call.Ct) is null && await AgainAsync(call, to, transfer) is { } done)
        {
            DavPut.Answer(call, done);
            return;
        }

        await BeginAsync(call, transfer);
        var part = new Upload { Body = UploadBody.Of(call.Http), Length = call.Request.ContentLength };
        await call.Drive.WritePartAsync(transfer, index.ToString(CultureInfo.InvariantCulture), part, call.Ct);
        if ((await call.Drive.PartsAsync(transfer, call.Ct) ?? []).Count is var there && there > 0 && there < count)
        {
            call.Response.StatusCode = StatusCodes.Status201Created;
            return;
        }

        DavPut.Answer(call, await DavUploads.JoinAsync(call.Http, call.Drive, transfer, to));
    }

    // Version 2 has no slash in the names of its uploads.
    private static (FilePath To, string Transfer, int Count, int Index) Read(FilePath path)
    {
        var name = Chunk().Match(path.Name);
        if (!name.Success
            || !int.TryParse(name.Groups["count"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || !int.TryParse(name.Groups["index"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || count is 0 or > MostParts || index >= count)
        {
            throw new FaultException(Fault.Malformed, "A part is called NAME-chunking-ID-COUNT-INDEX");
        }

        var to = NewNames.Check(path.Parent.Child(name.Groups["name"].Value));
        return (to, $"{to}-chunking-{name.Groups["id"].Value}-{count}", count, index);
    }

    private static async Task BeginAsync(DavCall call, string transfer)
    {
        if (await call.Drive.PartsAsync(transfer, call.Ct) is null)
        {
            try
            {
                await call.Drive.BeginUploadAsync(transfer, DavUploads.TotalOf(call.Http), call.Ct);
            }
            catch (FaultException e) when (e.Fault == Fault.AlreadyExists)
            {
                // Another part was faster.
            }
        }
    }

    // The answer to the last part was lost. Its size tells another upload of the same name apart.
    private static async Task<Placed?> AgainAsync(DavCall call, FilePath to, string transfer)
    {
        try
        {
            var placed = await DavUploads.JoinAsync(call.Http, call.Drive, transfer, to);
            return DavUploads.TotalOf(call.Http) is not { } total || placed.Entry.Size == total ? placed : null;
        }
        catch (FaultException e) when (e.Fault == Fault.NotFound)
        {
            return null;
        }
    }

    [GeneratedRegex("^(?<name>.+)-chunking-(?<id>[0-9]{1,20})-(?<count>[0-9]{1,9})-(?<index>[0-9]{1,9})$", RegexOptions.ExplicitCapture)]
    private static partial Regex Chunk();
}

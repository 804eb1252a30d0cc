using System.Globalization;
using System.Net;
using RemoteFiles.Accounts;
using RemoteFiles.Files;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Content that is brought to the user's uploads and takes the place of a file only when all of it is there. Nextcloud writes the
/// body of a PUT right over a file that exists: where its web server passes bodies on as they come, as its own manual has it, what
/// came of a broken one stays as the file's content, with the ETag of the old one. A full quota is told by the MOVE.
/// <code>
/// MKCOL /remote.php/dav/uploads/carol/5f1c…        201, without Destination: with it an object store begins parts of its own
/// PUT   /remote.php/dav/uploads/carol/5f1c…/1      201
/// MOVE  /remote.php/dav/uploads/carol/5f1c…/.file  204 · Destination: …/files/carol/a.bin · OC-Total-Length: 300000
/// </code>
/// </summary>
internal sealed class StagedUpload : IAsyncDisposable
{
    private static readonly TimeSpan TidyingTakes = TimeSpan.FromSeconds(10);

    private readonly DavLine line;
    private readonly DavRoot uploads;
    private readonly FilePath folder = FilePath.Root.Child(Guid.NewGuid().ToString("n"));
    private bool isLeft;

    private StagedUpload(DavLine line, Account account)
    {
        this.line = line;
        uploads = DavRoot.Uploads(account);
    }

    /// <summary>Where the content is to be put.</summary>
    public Uri Part => uploads.At(folder.Child("1"));

    /// <summary>Null where the server knows no uploads: it is no Nextcloud.</summary>
    public static async Task<StagedUpload?> BeginAsync(DavLine line, Account account, CancellationToken ct)
    {
        var staged = new StagedUpload(line, account);
        using var silence = line.Silence(ct);
        using var response = await line.SendAsync(staged.Command("MKCOL", staged.folder), silence);
        return DavLine.IsDone(response) ? staged
            : response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Conflict or HttpStatusCode.NotImplemented ? null
            : throw await line.FaultAsync(response, ct);
    }

    /// <summary>The request that puts the content in the place of the file; refused when there are fewer than <paramref name="length"/> bytes.</summary>
    public HttpRequestMessage Move(Uri target, long length)
    {
        var request = Command("MOVE", folder.Child(".file"));
        request.Headers.TryAddWithoutValidation("Destination", target.OriginalString);
        request.Headers.Add("OC-Total-Length", length.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Overwrite", "T");
        return request;
    }

    /// <summary>Sends it. From here on the server may be at work on what is there, whatever becomes of its answer: only a refusal leaves it to us.</summary>
    public async Task<HttpResponseMessage> MoveAsync(HttpRequestMessage move, long length, CancellationToken ct)
    {
        isLeft = true;
        using var silence = line.Silence(ct);
        var response = await line.SendAsync(move, silence, line.PatienceFor(length));
        isLeft = (int)response.StatusCode is not ((>= 400 and < 500) or 507);
        return response;
    }

    /// <summary>Removes what was not moved. What cannot be removed now the server removes by itself, after a day.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isLeft)
        {
            return;
        }

        using var limit = line.Within(TidyingTakes);
        await line.TellAsync(line.Request("DELETE", uploads.At(folder)), limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Its content, though empty, keeps the handler from sending it twice.</summary>
    private HttpRequestMessage Command(string method, FilePath path)
    {
        var request = line.Request(method, uploads.At(path));
        request.Content = new ByteArrayContent([]);
        return request;
    }
}

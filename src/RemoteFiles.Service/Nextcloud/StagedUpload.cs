using System.Globalization;
using System.Net;
using RemoteFiles.Accounts;
using RemoteFiles.Files;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Content that is brought to the user's uploads and takes the place of a file only when all of it is there. Nextcloud writes the
/// body of a PUT right over a file that exists: where its web server passes bodies on as they come, as its own manual has it, what
/// came of a broken one stays as the file's content, with the ETag of the old one.
/// <code>
/// MKCOL /remote.php/dav/uploads/carol/5f1c…        201
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
    private bool isOver;

    private StagedUpload(DavLine line, Account account)
    {
        this.line = line;
        uploads = DavRoot.Uploads(account);
    }

    /// <summary>Where the content is to be put.</summary>
    public Uri Part => uploads.At(folder.Child("1"));

    /// <summary>Null where the server knows no uploads: it is no Nextcloud.</summary>
    public static async Task<StagedUpload?> BeginAsync(DavLine line, Account account, Uri target, CancellationToken ct)
    {
        var staged = new StagedUpload(line, account);
        using var silence = line.Silence(ct);
        using var response = await line.SendAsync(staged.Command("MKCOL", staged.uploads.At(staged.folder), target), silence);
        return DavLine.IsDone(response) ? staged
            : response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Conflict or HttpStatusCode.NotImplemented ? null
            : throw await line.FaultAsync(response, ct);
    }

    /// <summary>The request that puts the content in the place of the file; refused when less than <paramref name="length"/> bytes are there.</summary>
    public HttpRequestMessage Move(Uri target, long length)
    {
        var request = Command("MOVE", uploads.At(folder.Child(".file")), target);
        request.Headers.Add("OC-Total-Length", length.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Overwrite", "T");
        return request;
    }

    /// <summary>The server has moved it and removed the folder.</summary>
    public void Moved() => isOver = true;

    /// <summary>Removes what was not moved. What cannot be removed now the server removes by itself, after a day.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isOver)
        {
            return;
        }

        using var limit = new CancellationTokenSource(TidyingTakes);
        await line.TellAsync(line.Request("DELETE", uploads.At(folder)), limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Its content, though empty, keeps the handler from sending it twice.</summary>
    private HttpRequestMessage Command(string method, Uri address, Uri target)
    {
        var request = line.Request(method, address);
        request.Content = new ByteArrayContent([]);
        request.Headers.TryAddWithoutValidation("Destination", target.OriginalString);
        return request;
    }
}

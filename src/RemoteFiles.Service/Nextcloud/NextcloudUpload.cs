using System.Globalization;
using System.Runtime.ExceptionServices;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>Stores one file at a Nextcloud and makes sure that it is there whole.</summary>
internal sealed partial class NextcloudUpload(DavLine line, DavRoot root, Account account, NextcloudTree tree, ILogger log)
{
    /// <summary>Nextcloud answers 500 to a time within the first day of 1970.</summary>
    private const long EarliestTime = 86400;

    public async Task<Entry> WriteAsync(FilePath file, Upload upload, CancellationToken ct)
    {
        // Without a length the request would be chunked, and common setups then store an empty file and answer 201.
        await using var spool = upload.Length is null ? await SpoolAsync(upload.Body, ct) : null;
        var length = upload.Length ?? spool!.Length;
        using var silence = line.Silence(ct);
        Entry? before = null;
        var known = false;
        using var body = new OutgoingBody(spool ?? upload.Body, length, upload.Md5, silence, line);
        await body.BeginAsync(ct);
        await using var staged = upload.Overwrite && body.IsLarge ? await StageAsync(file, ct) : null;
        if (staged is null)
        {
            body.BeforeGivingUp = async () => (before, known) = await LookAsync(file);
        }

        HttpResponseMessage response;
        try
        {
            response = await line.SendAsync(staged is null ? Whole(root.At(file), upload, body) : Put(staged.Part, upload, body), silence);
            if (staged is not null && DavLine.IsDone(response))
            {
                response.Dispose();
                response = await staged.MoveAsync(Described(staged.Move(root.At(file), length), upload), length, ct);
            }
        }
        catch (Exception) when (body.SourceFailure is { } failure)
        {
            if (known)
            {
                await RemoveHalfAsync(file, length, before);
            }

            ExceptionDispatchInfo.Throw(failure);
            throw;
        }

        using (response)
        {
            return DavLine.IsDone(response) ? await VerifyAsync(file, length, response, ct) : throw await RefusalAsync(file, response, ct);
        }
    }

    /// <summary>Where a large body waits that is to replace a file; null where there is none, or no place to wait.</summary>
    private async Task<StagedUpload?> StageAsync(FilePath file, CancellationToken ct) => await tree.StatAsync(file, ct) switch
    {
        null => null,
        { IsFolder: true } => throw new FaultException(Fault.AlreadyExists, "it already exists"),
        _ => await StagedUpload.BeginAsync(line, account, ct),
    };

    private HttpRequestMessage Whole(Uri address, Upload upload, OutgoingBody body)
    {
        var request = Described(Put(address, upload, body), upload);
        if (!upload.Overwrite)
        {
            request.Headers.Add("If-None-Match", "*");
        }

        return request;
    }

    private HttpRequestMessage Put(Uri address, Upload upload, OutgoingBody body)
    {
        var request = line.Request("PUT", address);
        request.Content = body;
        request.Headers.ExpectContinue = body.IsLarge ? true : null; // a refusal then costs no bytes (RFC 9110 section 10.1.1)
        if (upload.ContentType.Length > 0 && HeaderText.Is(upload.ContentType))
        {
            body.Headers.TryAddWithoutValidation("Content-Type", upload.ContentType);
        }

        return request;
    }

    private static HttpRequestMessage Described(HttpRequestMessage request, Upload upload)
    {
        if (!upload.Md5.IsEmpty)
        {
            request.Headers.Add("OC-Checksum", $"MD5:{Convert.ToHexStringLower(upload.Md5.Span)}");
        }

        AddTime(request, "X-OC-MTime", upload.ModifiedAt);
        AddTime(request, "X-OC-CTime", upload.CreatedAt);
        return request;
    }

    private static void AddTime(HttpRequestMessage request, string header, DateTimeOffset? time)
    {
        if (time?.ToUnixTimeSeconds() is > EarliestTime and var seconds)
        {
            request.Headers.Add(header, seconds.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A PUT onto a folder is told like one without a parent folder, by 409.</summary>
    private async Task<FaultException> RefusalAsync(FilePath file, HttpResponseMessage response, CancellationToken ct)
    {
        var fault = await line.FaultAsync(response, ct);
        return fault.Fault == Fault.ParentNotFound && (int)response.StatusCode == 409 && await tree.StatAsync(file, ct) is not null
            ? new FaultException(Fault.AlreadyExists, "it already exists")
            : fault;
    }

    /// <summary>The status alone proves nothing: what is stored has to have the size that was sent.</summary>
    private async Task<Entry> VerifyAsync(FilePath file, long length, HttpResponseMessage response, CancellationToken ct)
    {
        var stored = await tree.StatAsync(file, ct);
        if (stored is { IsFolder: false } && stored.Size == length)
        {
            return stored;
        }

        if ((int)response.StatusCode == 201 && stored is not null && response.Headers.ETag?.ToString() == stored.ETag)
        {
            await RemoveAsync(file, stored.ETag); // ours, and nothing was there before
        }

        throw new FaultException(
            Fault.BadGateway, string.Create(CultureInfo.InvariantCulture, $"{line.Host} took {length} bytes of {file} and stored {stored?.Size ?? 0}"));
    }

    /// <summary>
    /// A Nextcloud on an object store keeps what came of a request that broke off. Before the break only the old content can be
    /// seen, so another ETag with fewer bytes than were meant is that half.
    /// </summary>
    private async Task RemoveHalfAsync(FilePath file, long length, Entry? before)
    {
        if (await LookAsync(file) is (Entry: { IsFolder: false } after, Known: true) && after.ETag != before?.ETag && after.Size < length)
        {
            await RemoveAsync(file, after.ETag);
        }
    }

    private async Task<(Entry? Entry, bool Known)> LookAsync(FilePath file)
    {
        try
        {
            return (await tree.StatAsync(file, CancellationToken.None), true);
        }
        catch (FaultException)
        {
            return (null, false);
        }
    }

    private async Task RemoveAsync(FilePath file, string etag)
    {
        try
        {
            await tree.DeleteAsync(file, etag, CancellationToken.None);
            HalfRemoved(file, line.Host);
        }
        catch (FaultException e)
        {
            HalfKept(e, file, line.Host);
        }
    }

    private static async Task<FileStream> SpoolAsync(Stream source, CancellationToken ct)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var spool = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
        try
        {
            await source.CopyToAsync(spool, ct);
            spool.Position = 0;
            return spool;
        }
        catch
        {
            await spool.DisposeAsync();
            throw;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{File} was stored in part at {Host}; the part was deleted", EventName = "nextcloud.half_removed")]
    private partial void HalfRemoved(FilePath file, string host);

    [LoggerMessage(LogLevel.Error, "{File} was stored in part at {Host}, and the part could not be deleted", EventName = "nextcloud.half_kept")]
    private partial void HalfKept(Exception e, FilePath file, string host);
}

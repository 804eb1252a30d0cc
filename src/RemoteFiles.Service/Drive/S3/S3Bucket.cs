using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Shared.Faults;

namespace RemoteFiles.Drive.S3;

/// <summary>The few requests that the drive makes of a bucket, each by the id of a blob; whatever goes wrong is Unavailable, since a missing answer is no missing blob.</summary>
internal sealed partial class S3Bucket(IAmazonS3 client, S3Options options, ILogger log) : IDisposable
{
    private const int IdLength = 32;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    public string Name => $"{options.Bucket} at {(options.Endpoint.Length > 0 ? options.Endpoint : options.Region)}";

    public void Dispose() => client.Dispose();

    public Task PutAsync(string id, Stream bytes, byte[] md5, CancellationToken ct) => AskAsync(
        "PutObject",
        stop => client.PutObjectAsync(
            new() { BucketName = options.Bucket, Key = KeyOf(id), InputStream = bytes, MD5Digest = Convert.ToBase64String(md5), UseChunkEncoding = false },
            stop),
        ct);

    public async Task<string> BeginAsync(string id, CancellationToken ct) =>
        (await AskAsync("CreateMultipartUpload", stop => client.InitiateMultipartUploadAsync(options.Bucket, KeyOf(id), stop), ct)).UploadId;

    public async Task<PartETag> PutPartAsync(string id, string uploadId, int number, Stream bytes, CancellationToken ct)
    {
        var request = new UploadPartRequest
        {
            BucketName = options.Bucket,
            Key = KeyOf(id),
            UploadId = uploadId,
            PartNumber = number,
            PartSize = bytes.Length,
            InputStream = bytes,
            UseChunkEncoding = false,
        };
        return new(number, (await AskAsync("UploadPart", stop => client.UploadPartAsync(request, stop), ct)).ETag);
    }

    /// <summary>The blob is whole when this ends, also when a first answer was lost and the second says that there is no such upload.</summary>
    public async Task CompleteAsync(string id, string uploadId, List<PartETag> parts, long size, CancellationToken ct)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = KeyOf(id), UploadId = uploadId, PartETags = parts };
        try
        {
            await AskAsync("CompleteMultipartUpload", stop => client.CompleteMultipartUploadAsync(request, stop), ct);
        }
        catch (FaultException e) when (e.InnerException is AmazonS3Exception)
        {
            if (await LengthAsync(id, ct) != size)
            {
                throw;
            }
        }
    }

    public Task AbortAsync(string id, string uploadId, CancellationToken ct) =>
        AbortKeyAsync(KeyOf(id), uploadId, ct);

    /// <summary>What is there from an offset on, and the length of all of it; null when nothing is there.</summary>
    public async Task<(GetObjectResponse Answer, long Length)?> GetAsync(string id, long offset, CancellationToken ct)
    {
        var request = new GetObjectRequest { BucketName = options.Bucket, Key = KeyOf(id), ByteRange = offset > 0 ? new($"bytes={offset}-") : null };
        if (await AskAsync("GetObject", async stop => await FindAsync(() => client.GetObjectAsync(request, stop)), ct) is not { } answer)
        {
            return null;
        }

        if (offset == 0 && answer.HttpStatusCode == HttpStatusCode.OK)
        {
            return (answer, answer.ContentLength);
        }

        if (S3Range.TryParse(answer.ContentRange, out var range) && range.First == offset && range.Last == range.Length - 1)
        {
            return (answer, range.Length);
        }

        answer.Dispose();
        Failed("GetObject", "WrongRange");
        throw Unavailable(null);
    }

    /// <summary>Null when nothing is there.</summary>
    public async Task<long?> LengthAsync(string id, CancellationToken ct) =>
        (await AskAsync("HeadObject", async stop => await FindAsync(() => client.GetObjectMetadataAsync(options.Bucket, KeyOf(id), stop)), ct))?.ContentLength;

    public Task DeleteAsync(string id, CancellationToken ct) =>
        AskAsync("DeleteObject", stop => client.DeleteObjectAsync(options.Bucket, KeyOf(id), stop), ct);

    /// <summary>All ids that begin so, a page at a time.</summary>
    public async IAsyncEnumerable<IReadOnlyList<(string Id, DateTimeOffset At)>> ListAsync(string begin, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = KeyOf(begin) };
        while (true)
        {
            var page = await AskAsync("ListObjectsV2", stop => client.ListObjectsV2Async(request, stop), ct);
            yield return [.. (page.S3Objects ?? []).Where(found => IsId(found.Key)).Select(found => (IdOf(found.Key), TimeOf(found.LastModified)))];
            if (page.IsTruncated != true || page.NextContinuationToken is not { Length: > 0 } next)
            {
                yield break;
            }

            request.ContinuationToken = next;
        }
    }

    /// <summary>Aborts the multipart uploads of ours to which nothing came since then.</summary>
    public Task<int> AbortStaleAsync(DateTimeOffset untouchedSince, CancellationToken ct) => AbortAsync(KeyOf(""), untouchedSince, ct);

    /// <summary>Aborts all multipart uploads of one id.</summary>
    public Task<int> AbortAllAsync(string id, CancellationToken ct) => AbortAsync(KeyOf(id), DateTimeOffset.MaxValue, ct);

    public static FaultException Unavailable(Exception? inner) =>
        new(Fault.Unavailable, "the storage of contents cannot be read or written now", inner) { RetryAfter = RetryAfter };

    private async Task<int> AbortAsync(string prefix, DateTimeOffset untouchedSince, CancellationToken ct)
    {
        var aborted = 0;
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = prefix };
        while (true)
        {
            var page = await AskAsync("ListMultipartUploads", stop => client.ListMultipartUploadsAsync(request, stop), ct);
            foreach (var upload in (page.MultipartUploads ?? []).Where(upload => IsId(upload.Key) && TimeOf(upload.Initiated) <= untouchedSince))
            {
                if (await TouchedAsync(upload, ct) is { } touched && touched <= untouchedSince)
                {
                    await AbortKeyAsync(upload.Key, upload.UploadId, ct);
                    aborted++;
                }
            }

            if (page.IsTruncated != true || page.NextKeyMarker is not { Length: > 0 } next)
            {
                return aborted;
            }

            (request.KeyMarker, request.UploadIdMarker) = (next, page.NextUploadIdMarker);
        }
    }

    // Null: it ended meanwhile.
    private async Task<DateTimeOffset?> TouchedAsync(MultipartUpload upload, CancellationToken ct)
    {
        var touched = TimeOf(upload.Initiated);
        var request = new ListPartsRequest { BucketName = options.Bucket, Key = upload.Key, UploadId = upload.UploadId };
        while (true)
        {
            if (await AskAsync("ListParts", async stop => await FindAsync(() => client.ListPartsAsync(request, stop)), ct) is not { } page)
            {
                return null;
            }

            touched = (page.Parts ?? []).Select(part => TimeOf(part.LastModified)).Append(touched).Max();
            if (page.IsTruncated != true || page.NextPartNumberMarker is not { } next)
            {
                return touched;
            }

            request.PartNumberMarker = next.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private Task AbortKeyAsync(string key, string uploadId, CancellationToken ct) => AskAsync(
        "AbortMultipartUpload",
        async stop => await FindAsync(() => client.AbortMultipartUploadAsync(options.Bucket, key, uploadId, stop)),
        ct);

    private static async Task<T?> FindAsync<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "NoSuchKey" or "NoSuchUpload" or "NotFound")
        {
            return null;
        }
    }

    private async Task<T> AskAsync<T>(string operation, Func<CancellationToken, Task<T>> question, CancellationToken ct)
    {
        try
        {
            return await question(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && S3Trouble.Is(e))
        {
            Failed(operation, S3Trouble.CodeOf(e));
            throw Unavailable(e);
        }
    }

    private string KeyOf(string id) => options.Prefix + id;

    private string IdOf(string key) => key[options.Prefix.Length..];

    // Whatever else lies there is somebody else's.
    private bool IsId(string key) => IdOf(key) is { Length: IdLength } id && id.All(char.IsAsciiHexDigitLower);

    private static DateTimeOffset TimeOf(DateTime? time) => time is { } at ? new(at.ToUniversalTime()) : DateTimeOffset.MaxValue;

    [LoggerMessage(LogLevel.Warning, "S3 failed: {Operation}: {Code}", EventName = "drive.s3-failed")]
    private partial void Failed(string operation, string code);
}

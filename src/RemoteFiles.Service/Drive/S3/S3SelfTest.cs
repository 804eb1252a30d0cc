using System.Security.Cryptography;
using Amazon.Runtime;
using Shared.Faults;

namespace RemoteFiles.Drive.S3;

/// <summary>Does once each thing that the drive does with a bucket, and says in a line which of them does not work.</summary>
internal static class S3SelfTest
{
    private const int Size = 1000;
    private const int Offset = 100;

    /// <summary>Null: all of it works.</summary>
    public static async Task<string?> RunAsync(S3Bucket bucket, CancellationToken ct)
    {
        var (id, other) = (Node.NewHex(), Node.NewHex());
        var bytes = RandomNumberGenerator.GetBytes(Size);
        (string Feature, Func<Task<bool>> Try)[] steps =
        [
            ("storing an object (PutObject)", async () =>
            {
                await bucket.PutAsync(id, new MemoryStream(bytes), Md5(bytes), ct);
                return true;
            }),
            ("reading an object (GetObject)", () => HasAsync(bucket, id, bytes, 0, ct)),
            ("reading a part of an object (GetObject with Range)", () => HasAsync(bucket, id, bytes, Offset, ct)),
            ("looking at an object (HeadObject)", async () => await bucket.LengthAsync(id, ct) == Size),
            ("listing objects (ListObjectsV2)", () => ListsAsync(bucket, id, ct)),
            ("storing an object in parts (CreateMultipartUpload, UploadPart, CompleteMultipartUpload)", async () =>
            {
                var upload = await bucket.BeginAsync(other, ct);
                var part = await bucket.PutPartAsync(other, upload, 1, new MemoryStream(bytes), ct);
                await bucket.CompleteAsync(other, upload, [part], Size, ct);
                return await HasAsync(bucket, other, bytes, Offset, ct);
            }),
            ("giving up an object in parts (ListMultipartUploads, ListParts, AbortMultipartUpload)", async () =>
            {
                await bucket.BeginAsync(id, ct);
                return await bucket.AbortAllAsync(id, ct) > 0 && await bucket.AbortAllAsync(id, ct) == 0;
            }),
            ("removing an object (DeleteObject)", async () =>
            {
                await bucket.DeleteAsync(id, ct);
                await bucket.DeleteAsync(other, ct);
                return await bucket.LengthAsync(id, ct) is null;
            }),
        ];
        foreach (var (feature, tries) in steps)
        {
            try
            {
                if (!await tries())
                {
                    return $"{feature} does not do what S3 does";
                }
            }
            catch (FaultException e)
            {
                return Describe(feature, e.InnerException);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && S3Trouble.Is(e))
            {
                return Describe(feature, e);
            }
        }

        return null;
    }

    private static string Describe(string feature, Exception? error) => error switch
    {
        AmazonServiceException { ErrorCode: "NoSuchBucket" } => "there is no such bucket (NoSuchBucket): make it first",
        AmazonServiceException { ErrorCode: "InvalidAccessKeyId" } => "the access key is unknown there (InvalidAccessKeyId)",
        AmazonServiceException { ErrorCode: "SignatureDoesNotMatch" } => "the secret key is not that of the access key, or the region is another (SignatureDoesNotMatch)",
        AmazonServiceException { ErrorCode: "RequestTimeTooSkewed" } => "the clocks differ (RequestTimeTooSkewed)",
        AmazonServiceException { ErrorCode: "AccessDenied" } => $"this access key is not allowed {feature} (AccessDenied)",
        AmazonServiceException { StatusCode: > 0 } refused => $"{feature} is missing: {S3Trouble.CodeOf(refused)}, status {(int)refused.StatusCode}",
        null => $"{feature} does not do what S3 does",
        _ => $"it cannot be reached: {S3Trouble.CodeOf(error)}",
    };

    private static async Task<bool> HasAsync(S3Bucket bucket, string id, byte[] bytes, int offset, CancellationToken ct)
    {
        if (await bucket.GetAsync(id, offset, ct) is not { } found)
        {
            return false;
        }

        using var answer = found.Answer;
        var read = new byte[bytes.Length - offset];
        var count = await answer.ResponseStream.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, ct);
        return found.Length == bytes.Length && count == read.Length && read.AsSpan().SequenceEqual(bytes.AsSpan(offset));
    }

    private static async Task<bool> ListsAsync(S3Bucket bucket, string id, CancellationToken ct)
    {
        await foreach (var page in bucket.ListAsync(id, ct))
        {
            if (page.Any(found => found.Id == id))
            {
                return true;
            }
        }

        return false;
    }

    // Not for safety: Content-MD5.
    private static byte[] Md5(byte[] bytes)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(bytes);
        return md5.GetHashAndReset();
    }
}

using Amazon.S3.Model;
using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Drive.S3;

/// <summary>Reads a blob from an offset to its end; goes on with another request where a connection breaks, and fails rather than end before its length.</summary>
internal sealed class S3Download(S3Bucket bucket, string id, long length, long offset, GetObjectResponse? first, TimeSpan silence) : ReadingStream
{
    private const int MostTries = 4;
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(200);
    private long position = offset;
    private GetObjectResponse? answer = first;
    private int failures;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || position >= length)
        {
            return 0;
        }

        while (true)
        {
            try
            {
                answer ??= await ResumeAsync(cancellationToken);
                if (await ReadOnceAsync(answer.ResponseStream, buffer, cancellationToken) is > 0 and var read)
                {
                    (position, failures) = (position + read, 0);
                    return read;
                }

                throw new EndOfStreamException("the answer ends before its length");
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && S3Trouble.Is(e))
            {
                answer?.Dispose();
                answer = null;
                if (++failures == MostTries)
                {
                    throw S3Bucket.Unavailable(e);
                }

                await Task.Delay(FirstRest * Math.Pow(2, failures - 1), cancellationToken);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            answer?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Stream body, Memory<byte> buffer, CancellationToken ct)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(ct);
        late.CancelAfter(silence);
        return await body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - position)], late.Token);
    }

    private async Task<GetObjectResponse> ResumeAsync(CancellationToken ct) => await bucket.GetAsync(id, position, ct) is { } found && found.Length == length
        ? found.Answer
        : throw new FaultException(Fault.BadGateway, "the stored file is gone while it is read");
}

using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// The body of a large file: when its connection breaks, it goes on from the byte where it broke, if the file is still the same
/// (RFC 9110 sections 13.1.5 and 14.2). The last bytes are asked for twice and compared: a server that fails in the middle of a file
/// may write its error page into it before the connection breaks.
/// </summary>
/// <param name="body">As it began.</param>
/// <param name="length">Bytes that must come.</param>
/// <param name="reopen">Answers the rest, from so many bytes behind the beginning.</param>
/// <param name="clock">Waits before it asks.</param>
internal sealed class ResumedBody(Stream body, long length, Func<long, CancellationToken, Task<Stream>> reopen, TimeProvider clock) : ReadingStream
{
    // A smaller one is asked for again as a whole, by whoever wants it.
    private const long Worthwhile = 1024 * 1024;
    private const long Progress = 64 * 1024;
    private const int Most = 5;
    private const int Overlap = 64 * 1024;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);

    private readonly byte[] last = length >= Worthwhile ? new byte[Overlap] : [];
    private Stream current = body;
    private int kept;
    private long passed;
    private long passedAtBreak;
    private int breaks;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var count = await current.ReadAsync(buffer, cancellationToken);
                passed += count;
                Keep(buffer.Span[..count]);
                return count;
            }
            catch (FaultException e) when (e.Fault is Fault.BadGateway && MayResume())
            {
                await ResumeAsync(cancellationToken);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            current.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool MayResume()
    {
        breaks = passed - passedAtBreak >= Progress ? 1 : breaks + 1;
        passedAtBreak = passed;
        return length >= Worthwhile && passed > 0 && passed < length && breaks <= Most;
    }

    // The newest bytes, as many as are compared.
    private void Keep(ReadOnlySpan<byte> came)
    {
        came = came[Math.Max(came.Length - last.Length, 0)..];
        var stay = Math.Min(kept, last.Length - came.Length);
        last.AsSpan(kept - stay, stay).CopyTo(last);
        came.CopyTo(last.AsSpan(stay));
        kept = stay + came.Length;
    }

    private async Task ResumeAsync(CancellationToken ct)
    {
        var again = new byte[kept];
        while (true)
        {
            await current.DisposeAsync();
            await Task.Delay(First * Math.Pow(2, breaks - 1), clock, ct);
            try
            {
                current = await reopen(passed - kept, ct);
                await current.ReadExactlyAsync(again, ct);
                break;
            }
            catch (FaultException e) when (e.Fault is Fault.BadGateway or Fault.Unavailable && breaks < Most)
            {
                breaks++;
            }
        }

        if (!again.AsSpan().SequenceEqual(last.AsSpan(0, kept)))
        {
            throw new FaultException(Fault.BadGateway, "what came before the connection broke is not what the file holds");
        }
    }
}

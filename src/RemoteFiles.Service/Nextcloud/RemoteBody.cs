using System.Globalization;
using RemoteFiles.Files;
using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// The body of an answer: each read may wait as long as <paramref name="idle"/>, and an end short of <paramref name="length"/>
/// is a failure, never an end. Failures are BadGateway.
/// </summary>
internal sealed class RemoteBody(HttpResponseMessage response, Stream body, long? length, Silence silence, TimeSpan idle, DavLine line) : ReadingStream
{
    private readonly string host = line.Host;

    /// <summary>Bytes read so far.</summary>
    public long Passed { get; private set; }

    /// <summary>Reading further than this is a failure: for bodies whose pieces must be small.</summary>
    public long Limit { get; set; } = long.MaxValue;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var caller = silence.Watch(cancellationToken);
        silence.Restart(idle);
        int count;
        try
        {
            count = await body.ReadAsync(buffer, silence.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            silence.ThrowIfGivenUp();
            throw NetworkFault.From(e, host);
        }

        silence.Stop();
        Passed += count;
        if (Passed > Limit)
        {
            throw new FaultException(Fault.BadGateway, $"{host} answers with more than can be meant");
        }

        if (Passed > length || (count == 0 && buffer.Length > 0 && Passed < length))
        {
            throw new FaultException(
                Fault.BadGateway, string.Create(CultureInfo.InvariantCulture, $"{host} sent {Passed} bytes of a body that has {length}"));
        }

        await line.PassAsync(count, cancellationToken);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
            silence.Dispose();
        }

        base.Dispose(disposing);
    }
}

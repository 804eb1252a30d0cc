using System.Net;
using System.Security.Cryptography;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// The body of a PUT. Its last block leaves only when the source has proved to end there and to have the promised MD5;
/// before that the server has an incomplete request, which it must not store (RFC 9112 section 8).
/// </summary>
internal sealed class OutgoingBody(Stream source, long length, ReadOnlyMemory<byte> md5, Silence silence, DavLine line) : HttpContent
{
    private const int BlockSize = 64 * 1024;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly byte[] block = new byte[Math.Min(BlockSize, length)];
    private int holding;
    private long taken;

    /// <summary>Called when the source fails half way, while the request is still open.</summary>
    public Func<Task>? BeforeGivingUp { get; set; }

    /// <summary>What was wrong with the source, if the upload failed because of it and not because somebody gave up.</summary>
    public Exception? SourceFailure { get; private set; }

    public bool IsLarge => length > BlockSize;

    /// <summary>Takes the first block; a small file is then known whole, and a wrong one is never sent.</summary>
    public Task BeginAsync(CancellationToken ct) => TakeAsync(ct);

    protected override bool TryComputeLength(out long bytes)
    {
        bytes = length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await GiveAsync(stream, cancellationToken);
        while (taken < length)
        {
            silence.Stop(); // the other side waits for us
            await TakeNextAsync(cancellationToken);
            await GiveAsync(stream, cancellationToken);
        }

        silence.Restart(line.Options.AnswerTimeout);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task GiveAsync(Stream stream, CancellationToken ct)
    {
        await line.PassAsync(holding, ct);
        silence.Restart(line.Options.IdleTimeout);
        await stream.WriteAsync(block.AsMemory(0, holding), ct);
    }

    private async Task TakeNextAsync(CancellationToken ct)
    {
        try
        {
            await TakeAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            SourceFailure = e;
            await (BeforeGivingUp?.Invoke() ?? Task.CompletedTask);
            throw;
        }
    }

    private async Task TakeAsync(CancellationToken ct)
    {
        var count = (int)Math.Min(BlockSize, length - taken);
        holding = await source.ReadAtLeastAsync(block.AsMemory(0, count), count, throwOnEndOfStream: false, ct);
        taken += holding;
        if (!md5.IsEmpty)
        {
            hash.AppendData(block, 0, holding);
        }

        if (holding < count || (taken == length && await source.ReadAsync(new byte[1], ct) > 0))
        {
            throw new FaultException(Fault.PreconditionFailed, "the bytes sent are not as many as announced") { Parameter = "Content-Length" };
        }

        if (taken == length && !md5.IsEmpty && !hash.GetHashAndReset().AsSpan().SequenceEqual(md5.Span))
        {
            throw new FaultException(Fault.PreconditionFailed, "the bytes sent do not have the announced MD5") { Parameter = "Content-MD5" };
        }
    }
}

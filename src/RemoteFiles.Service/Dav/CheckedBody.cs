using RemoteFiles.Files;
using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Dav;

/// <summary>
/// Bytes that have to have the checksum which came with them: OC-Checksum, or Content-MD5 (RFC 1864). At their end they are
/// compared, before anybody can take them for whole.
/// </summary>
internal sealed class CheckedBody : ReadingStream
{
    private readonly Stream inner;
    private readonly Checksum? expected;
    private readonly ContentSums sums;

    private CheckedBody(Stream inner, Checksum? expected, IEnumerable<string> wanted) =>
        (this.inner, this.expected, sums) = (inner, expected, new(expected is null ? wanted : wanted.Append(expected.Algorithm)));

    /// <summary>The body as it is when nothing can be compared: no checksum, or one of a kind that nobody here knows.</summary>
    public static Stream Of(Stream body, HttpRequest request) => Read(request) is { } sum ? new CheckedBody(body, sum, []) : body;

    /// <summary>The same with the text of an OC-Checksum.</summary>
    public static Stream Of(Stream body, string checksum) => Checksum.Parse(checksum) is { } sum ? new CheckedBody(body, sum, []) : body;

    /// <summary>A body that also takes these checksums of itself.</summary>
    public static CheckedBody Taking(Stream body, HttpRequest request, IEnumerable<string> algorithms) => new(body, Read(request), algorithms);

    /// <summary>The checksum that came with a request; null for none, or one of a kind that nobody here knows.</summary>
    public static Checksum? Read(HttpRequest request)
    {
        if (request.Headers.ContentMD5.ToString() is { Length: > 0 } md5)
        {
            var bytes = new byte[16];
            return Convert.TryFromBase64String(md5, bytes, out var length) && length == bytes.Length
                ? new(ContentSums.Md5, Convert.ToHexStringLower(bytes))
                : throw new FaultException(Fault.Malformed, "Content-MD5 is not a checksum");
        }

        return Checksum.Parse(request.Headers["OC-Checksum"].ToString());
    }

    /// <summary>What is worth keeping of it beside the checksums that the drive takes itself: said, and by then found true.</summary>
    public static NodeProperty? ToKeep(Checksum? checksum) =>
        checksum is { Algorithm: ContentSums.Sha1 or ContentSums.Adler32 }
            ? new(DavProperties.Checksums.Namespace, DavProperties.Checksums.Name, checksum.ToString())
            : null;

    /// <summary>Of the bytes until now.</summary>
    public string SumOf(string algorithm) => sums.Of(algorithm);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (read == 0 && !buffer.IsEmpty)
        {
            expected?.Demand(sums);
        }

        sums.Append(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            sums.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

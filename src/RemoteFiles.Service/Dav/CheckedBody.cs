using System.Globalization;
using System.Security.Cryptography;
using RemoteFiles.Files;
using Shared.Streams;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>
/// Bytes that have to have the checksum which came with them: OC-Checksum, or Content-MD5 (RFC 1864). At their end they are
/// compared, before anybody can take them for whole.
/// </summary>
internal sealed class CheckedBody : ReadingStream
{
    private readonly Stream inner;
    private readonly IncrementalHash? hash;
    private readonly string algorithm;
    private readonly string expected;
    private (uint Low, uint High) adler = (1, 0);

    private CheckedBody(Stream inner, string algorithm, string expected)
    {
        (this.inner, this.algorithm, this.expected) = (inner, algorithm, expected);
        hash = algorithm switch
        {
            "MD5" => IncrementalHash.CreateHash(HashAlgorithmName.MD5),
            "SHA1" => IncrementalHash.CreateHash(HashAlgorithmName.SHA1),
            "SHA256" => IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
            _ => null,
        };
    }

    /// <summary>The body as it is when nothing can be compared: no checksum, or one of a kind that nobody here knows.</summary>
    public static Stream Of(Stream body, HttpRequest request) => Read(request) is { } sum ? new CheckedBody(body, sum.Algorithm, sum.Value) : body;

    /// <summary>What is worth keeping of it beside the checksums that the drive takes itself: said, and by then found true.</summary>
    public static NodeProperty? ToKeep(HttpRequest request) =>
        Read(request) is { Algorithm: "SHA1" or "ADLER32" } sum
            ? new(DavProperties.Checksums.Namespace, DavProperties.Checksums.Name, $"{sum.Algorithm}:{sum.Value}")
            : null;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (read == 0 && !buffer.IsEmpty)
        {
            Compare();
        }

        Append(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash?.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static (string Algorithm, string Value)? Read(HttpRequest request)
    {
        if (request.Headers.ContentMD5.ToString() is { Length: > 0 } md5)
        {
            var bytes = new byte[16];
            return Convert.TryFromBase64String(md5, bytes, out var length) && length == bytes.Length
                ? ("MD5", Convert.ToHexStringLower(bytes))
                : throw new FaultException(Fault.Malformed, "Content-MD5 is not a checksum");
        }

        return request.Headers["OC-Checksum"].ToString().Split(':', 2) is [var name, var value] && name.ToUpperInvariant() is "MD5" or "SHA1" or "SHA256" or "ADLER32"
            ? (name.ToUpperInvariant(), value.Trim().ToLowerInvariant())
            : null;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (hash is not null)
        {
            hash.AppendData(bytes);
            return;
        }

        // RFC 1950 section 8.2; the remainder is due before 5553 sums overflow.
        const uint modulus = 65521;
        const int most = 5552;
        while (!bytes.IsEmpty)
        {
            foreach (var one in bytes[..Math.Min(most, bytes.Length)])
            {
                adler.Low += one;
                adler.High += adler.Low;
            }

            adler = (adler.Low % modulus, adler.High % modulus);
            bytes = bytes[Math.Min(most, bytes.Length)..];
        }
    }

    private void Compare()
    {
        var found = hash is not null
            ? Convert.ToHexStringLower(hash.GetCurrentHash())
            : ((adler.High << 16) | adler.Low).ToString("x8", CultureInfo.InvariantCulture);
        if (found != (hash is null ? expected.PadLeft(8, '0') : expected))
        {
            throw new FaultException(Fault.Malformed, $"The computed checksum does not match the one received from the client ({algorithm})");
        }
    }
}

using System.Globalization;
using System.Security.Cryptography;
using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>A checksum as clients of Nextcloud write it: <c>SHA1:hex</c>, of an algorithm that is known here.</summary>
internal sealed record Checksum(string Algorithm, string Value)
{
    /// <summary>Null for one of a kind that nobody here knows.</summary>
    public static Checksum? Parse(string text) =>
        text.Split(':', 2) is [var name, var value] && ContentSums.Known.Contains(name.ToUpperInvariant())
            ? new(name.ToUpperInvariant(), value.Trim().ToLowerInvariant())
            : null;

    /// <exception cref="FaultException">Malformed: the bytes have another one.</exception>
    public void Demand(ContentSums sums)
    {
        if (sums.Of(Algorithm) != (Algorithm == ContentSums.Adler32 ? Value.PadLeft(8, '0') : Value))
        {
            throw new FaultException(Fault.Malformed, $"The computed checksum does not match the one received from the client ({Algorithm})");
        }
    }

    public override string ToString() => $"{Algorithm}:{Value}";
}

/// <summary>Checksums of bytes that pass, of the kinds that are wanted.</summary>
internal sealed class ContentSums(params IEnumerable<string> algorithms) : IDisposable
{
    public const string Md5 = "MD5";
    public const string Sha1 = "SHA1";
    public const string Sha256 = "SHA256";
    public const string Adler32 = "ADLER32";

    private readonly Dictionary<string, IncrementalHash?> hashes = algorithms.Distinct().ToDictionary(name => name, HashOf);
    private (uint Low, uint High) adler = (1, 0);

    public static IReadOnlyList<string> Known { get; } = [Md5, Sha1, Sha256, Adler32];

    public IEnumerable<string> Algorithms => hashes.Keys;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var hash in hashes.Values)
        {
            hash?.AppendData(bytes);
        }

        if (hashes.ContainsKey(Adler32))
        {
            AppendAdler(bytes);
        }
    }

    /// <summary>Of all bytes until now, in hexadecimal.</summary>
    public string Of(string algorithm) =>
        hashes[algorithm] is { } hash ? Convert.ToHexStringLower(hash.GetCurrentHash()) : ((adler.High << 16) | adler.Low).ToString("x8", CultureInfo.InvariantCulture);

    public byte[] BytesOf(string algorithm) => Convert.FromHexString(Of(algorithm));

    public void Dispose()
    {
        foreach (var hash in hashes.Values)
        {
            hash?.Dispose();
        }
    }

    private static IncrementalHash? HashOf(string algorithm) => algorithm switch
    {
        Md5 => IncrementalHash.CreateHash(HashAlgorithmName.MD5),
        Sha1 => IncrementalHash.CreateHash(HashAlgorithmName.SHA1),
        Sha256 => IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
        Adler32 => null,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    // RFC 1950 section 8.2; the remainder is due before 5553 sums overflow.
    private void AppendAdler(ReadOnlySpan<byte> bytes)
    {
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
}

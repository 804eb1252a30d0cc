using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Access;

/// <summary>Secrets that open one file of one instance for an hour without a token: signed, so that every replica knows them and none is stored.</summary>
internal sealed class DownloadLinks(MasterKey master, TimeProvider clock)
{
    private const int TimeBytes = sizeof(long);
    private static readonly TimeSpan Validity = TimeSpan.FromHours(1);

    /// <summary>Base64url of the signature, the end of its validity in Unix seconds, and the file's id.</summary>
    public string SecretFor(Instance instance, string fileId)
    {
        var signed = new byte[TimeBytes + Encoding.UTF8.GetByteCount(fileId)];
        BinaryPrimitives.WriteInt64BigEndian(signed, (clock.GetUtcNow() + Validity).ToUnixTimeSeconds());
        Encoding.UTF8.GetBytes(fileId, signed.AsSpan(TimeBytes));
        return Base64Url.EncodeToString([.. Sign(instance, signed), .. signed]);
    }

    /// <summary>The id of the file that a secret opens.</summary>
    /// <exception cref="FaultException">Malformed: it is none of ours, of another instance, or too old.</exception>
    public string FileOf(Instance instance, string secret)
    {
        if (!Base64Url.IsValid(secret, out var length) || length <= HMACSHA256.HashSizeInBytes + TimeBytes)
        {
            throw Wrong();
        }

        var bytes = Base64Url.DecodeFromChars(secret);
        var signed = bytes.AsSpan(HMACSHA256.HashSizeInBytes);
        return CryptographicOperations.FixedTimeEquals(Sign(instance, signed), bytes.AsSpan(0, HMACSHA256.HashSizeInBytes))
            && clock.GetUtcNow().ToUnixTimeSeconds() <= BinaryPrimitives.ReadInt64BigEndian(signed)
                ? Encoding.UTF8.GetString(signed[TimeBytes..])
                : throw Wrong();
    }

    private byte[] Sign(Instance instance, ReadOnlySpan<byte> signed) =>
        HMACSHA256.HashData(master.Derive("download links", instance.Domain + "\n" + instance.TokenSalt), signed);

    private static FaultException Wrong() => new(Fault.Malformed, "Wrong download token");
}

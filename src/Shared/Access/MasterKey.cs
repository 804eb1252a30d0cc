using System.Security.Cryptography;
using System.Text;

namespace Shared.Access;

/// <summary>The one secret the services share; every key is derived from it (RFC 5869) for one purpose and one instance.</summary>
internal sealed class MasterKey
{
    private const int KeyBytes = 64;
    private readonly byte[] secret;

    private MasterKey(byte[] secret) => this.secret = secret;

    public const string Rule = "a master key has at least 32 characters";

    /// <summary>From configuration; null when that is none.</summary>
    public static MasterKey? FromText(string text) => text.Length >= 32 ? new(Encoding.UTF8.GetBytes(text)) : null;

    /// <summary>From a file that only its owner can read, made at the first start; null when what is there is none.</summary>
    public static MasterKey? FromFile(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        try
        {
            using var made = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            made.Write(Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(KeyBytes))));
            made.Flush(flushToDisk: true);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another process, or an earlier start, made it.
        }

        return FromText(File.ReadAllText(file).Trim());
    }

    public byte[] Derive(string purpose, string salt) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA512, secret, KeyBytes, Encoding.UTF8.GetBytes(salt), Encoding.UTF8.GetBytes(purpose));
}

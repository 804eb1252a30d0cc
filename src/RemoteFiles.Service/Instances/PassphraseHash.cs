using System.Globalization;
using System.Security.Cryptography;

namespace RemoteFiles.Instances;

/// <summary>A passphrase at rest: PBKDF2 (RFC 8018) with its own salt and count, <c>iterations.salt.hash</c>.</summary>
internal static class PassphraseHash
{
    private const int Iterations = 600_000;
    private const int Bytes = 32;

    public static string Of(string passphrase)
    {
        var salt = RandomNumberGenerator.GetBytes(Bytes);
        var hash = Derive(passphrase, salt, Iterations);
        return string.Create(CultureInfo.InvariantCulture, $"{Iterations}.{Convert.ToBase64String(salt)}.{Convert.ToBase64String(hash)}");
    }

    public static bool Matches(string passphrase, string stored)
    {
        var parts = stored.Split('.');
        var expected = Convert.FromBase64String(parts[2]);
        var actual = Derive(passphrase, Convert.FromBase64String(parts[1]), int.Parse(parts[0], CultureInfo.InvariantCulture));
        return CryptographicOperations.FixedTimeEquals(expected, actual);
    }

    private static byte[] Derive(string passphrase, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, iterations, HashAlgorithmName.SHA256, Bytes);
}

using System.Globalization;
using System.Security.Cryptography;

namespace Migration.Migrations;

/// <summary>The revision of a tracking document: <c>N-</c> and 32 hexadecimal digits. Opaque to clients.</summary>
internal static class MigrationRevision
{
    public static string First() => After("0-");

    public static string After(string rev)
    {
        var generation = int.Parse(rev.AsSpan(0, rev.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
        return $"{generation + 1}-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
    }
}

using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Migration.Migrations;
using Shared.Storage;

namespace Migration.Tracking;

/// <summary>A path as the ledger can hold it: PostgreSQL indexes no text that is much longer (0009-postgresql).</summary>
internal static class LedgerPath
{
    private const int MostBytes = 2600;
    private const int Kept = 600;

    public static bool Fits(DbConnection connection, CleanPath path) =>
        Dialect.Of(connection) != Dialect.Postgres || Encoding.UTF8.GetByteCount(path.ToString()) <= MostBytes;

    /// <summary>Its beginning and a checksum of all of it, which is another one for every path, where it does not fit.</summary>
    public static string Of(DbConnection connection, CleanPath path)
    {
        if (Fits(connection, path))
        {
            return path.ToString();
        }

        var (text, end) = (path.ToString(), char.IsHighSurrogate(path.ToString()[Kept - 1]) ? Kept - 1 : Kept);
        return $"{text[..end]}… ({Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]})";
    }
}

using System.Data.Common;

namespace Shared.Storage;

/// <summary>Which failures say nothing but that the database cannot be asked now.</summary>
internal static class AwayDatabase
{
    // Class 57 of PostgreSQL's error codes: it was shut down under an open connection.
    public static bool IsAway(this DbException error) => error.IsTransient || error.SqlState is "57P01" or "57P02";
}

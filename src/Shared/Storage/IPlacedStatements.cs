using System.Data.Common;

namespace Shared.Storage;

/// <summary>
/// A connection that runs statements whose values stand by their places, <c>$1</c> and so on: what is asked thousands of times a second,
/// where naming values and finding them again costs more than the database's own work. A value is a text, a number, a truth, bytes or null.
/// </summary>
internal interface IPlacedStatements
{
    Task RunAsync(string sql, params object?[] values);

    /// <summary>The first row; the default of its type when there is none.</summary>
    Task<T?> FindAsync<T>(string sql, Func<IRow, T> read, params object?[] values);

    Task<List<T>> ListAsync<T>(string sql, Func<IRow, T> read, params object?[] values);
}

/// <summary>The row that is being read, by the places of its columns.</summary>
internal interface IRow
{
    bool IsNull(int column);

    long Number(int column);

    bool Flag(int column);

    string Text(int column);

    byte[] Bytes(int column);
}

internal static class PlacedStatements
{
    /// <summary>Every connection that <see cref="Database"/> hands out is one.</summary>
    public static IPlacedStatements Placed(this DbConnection db) => (IPlacedStatements)db;
}

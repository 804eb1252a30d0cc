using System.Data.Common;

namespace Shared.Storage;

/// <summary>What SQLite and PostgreSQL do each in its own way, below <see cref="Database"/>.</summary>
internal abstract class StorageEngine : IDisposable
{
    public abstract Dialect Dialect { get; }

    /// <summary>By whichever process; null where it is not known at once.</summary>
    public abstract CommitMark? LastCommit { get; }

    public RecentCommits RecentCommits { get; } = new();

    /// <summary>For people.</summary>
    public abstract string Place { get; }

    /// <summary>False: to look into it would make it.</summary>
    public virtual bool IsThere => true;

    /// <summary>Makes the database ready for its first table.</summary>
    public abstract Task PrepareAsync(CancellationToken ct);

    /// <summary>Answers a question about one state of the database.</summary>
    public abstract Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> query, CancellationToken ct);

    public abstract Task<WriteConnection> OpenWriterAsync();

    public abstract void Dispose();
}

/// <summary>A connection that transactions are written over, one after the other. To dispose it undoes what is not committed.</summary>
internal abstract class WriteConnection : IDisposable
{
    public abstract DbConnection Connection { get; }

    /// <summary>Returns when nobody else writes.</summary>
    /// <param name="areSmall">What has to be kept to undo one of its writes is little.</param>
    public abstract ValueTask BeginAsync(bool areSmall);

    /// <summary>From here on can be undone by itself.</summary>
    public abstract ValueTask MarkAsync();

    public abstract ValueTask UndoToMarkAsync();

    public abstract ValueTask CommitAsync();

    /// <summary>It went away while nothing was written over it.</summary>
    public abstract bool IsLost { get; }

    public abstract void Dispose();
}

using Dapper;
using Microsoft.Data.Sqlite;
using RemoteFiles.Drive;

namespace Bridge.Upkeep;

/// <summary>
/// A whole copy of a data directory, beside a running server or not. Each database is copied as it is at one moment, the migrations
/// before the drive, so that no copied record tells of a file that the copied drive has not. They take their places last: a copy
/// that was cut off leaves an earlier one in the same place as it was.
/// </summary>
internal sealed class Copies(DataDirectory from, DataDirectory to)
{
    private const int MostRounds = 10;
    private const string Unfinished = ".new";

    /// <summary>How many contents the copy has; those that an earlier copy in the same place had are not read again.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        to.Create();
        CopyKeys();
        CopyDatabase(from.MigrationDatabase, to.MigrationDatabase);
        for (var round = 1; round <= MostRounds; round++)
        {
            ct.ThrowIfCancellationRequested();
            CopyDatabase(from.RemoteFilesDatabase, to.RemoteFilesDatabase);
            var ids = await ListAsync(to.RemoteFilesDatabase + Unfinished, ct);
            if (CopyBlobs(ids, ct))
            {
                Finish(to.MigrationDatabase);
                Finish(to.RemoteFilesDatabase);
                return ids.Count;
            }

            // A file was deleted between the copy of its row and that of its content: the rows are copied again as they are now.
        }

        throw new CommandException($"{from.Root} changed too fast, or contents are missing there: see bridge verify");
    }

    private bool CopyBlobs(List<string> ids, CancellationToken ct)
    {
        var (source, target) = (new BlobDirectory(from.Blobs, TimeProvider.System), new BlobDirectory(to.Blobs, TimeProvider.System));
        return ids.TrueForAll(id =>
        {
            ct.ThrowIfCancellationRequested();
            return source.Copy(id, target);
        });
    }

    // The mode of each comes with it.
    private void CopyKeys()
    {
        foreach (var (source, target) in new[] { (from.MasterKey, to.MasterKey), (AdminSecretFile.PathIn(from.Root), AdminSecretFile.PathIn(to.Root)) }
            .Where(key => File.Exists(key.Item1)))
        {
            File.Copy(source, target, overwrite: true);
        }

        foreach (var key in Directory.Exists(from.KeyRing) ? Directory.EnumerateFiles(from.KeyRing) : [])
        {
            File.Copy(key, Path.Combine(to.KeyRing, Path.GetFileName(key)), overwrite: true);
        }
    }

    // SQLite's own copy of one state, beside whoever writes.
    private static void CopyDatabase(string source, string target)
    {
        File.Delete(target + Unfinished);
        if (!File.Exists(source))
        {
            return;
        }

        using (var reading = Open(source, SqliteOpenMode.ReadWrite))
        using (var writing = Open(target + Unfinished, SqliteOpenMode.ReadWriteCreate))
        {
            reading.BackupDatabase(writing);
        }

        using var copy = File.OpenHandle(target + Unfinished, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(copy);
    }

    // Whoever has looked into an earlier copy may have left a journal beside it, which belongs to that one.
    private static void Finish(string target)
    {
        if (!File.Exists(target + Unfinished))
        {
            return;
        }

        File.Delete(target + "-wal");
        File.Delete(target + "-shm");
        File.Move(target + Unfinished, target, overwrite: true);
    }

    private static async Task<List<string>> ListAsync(string database, CancellationToken ct)
    {
        await using var db = Open(database, SqliteOpenMode.ReadOnly);
        return (await db.QueryAsync<string>(new CommandDefinition(Scrub.StoredBlobs, cancellationToken: ct))).AsList();
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 60 }.ToString());
        connection.Open();
        return connection;
    }
}

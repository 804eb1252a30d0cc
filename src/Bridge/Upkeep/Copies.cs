using Microsoft.Data.Sqlite;
using Migration;
using RemoteFiles;

namespace Bridge.Upkeep;

/// <summary>
/// Whole copies of what a bridge keeps, beside running services or not; a copy always is a data directory, whatever it was made of.
/// Rows are copied as they are at one moment, those of migrations before those of the drive, so that no copied record tells of a file
/// that the copied drive has not; contents after them, since a content never changes. The rows take their places last: a copy that
/// was cut off leaves an earlier one in the same place as it was.
/// </summary>
internal static class Copies
{
    private const int MostRounds = 10;
    private const string Unfinished = ".new";

    /// <summary>How many contents the copy has; those that an earlier copy in the same place had are not read again.</summary>
    public static async Task<int> BackUpAsync(DataPlace from, DataDirectory to, CancellationToken ct)
    {
        to.Create();
        CopyKeys(from, to);
        await CopyMigrationsAsync(from, to, ct);
        for (var round = 1; round <= MostRounds; round++)
        {
            ct.ThrowIfCancellationRequested();
            await CopyDriveAsync(from, to, ct);
            if (await CopyContentsAsync(from, to, ct) is { } contents)
            {
                Finish(to.MigrationDatabase);
                Finish(to.RemoteFilesDatabase);
                return contents;
            }

            // A file was deleted between the copy of its row and that of its content: the rows are copied again as they are now.
        }

        throw new CommandException($"{from.Name} changed too fast, or contents are missing there: see bridge verify");
    }

    /// <summary>Brings a copy to services that are stopped: their databases have to be empty. Contents first, so that no row comes without its own.</summary>
    public static async Task<int> RestoreAsync(DataDirectory from, DataPlace to, CancellationToken ct)
    {
        await using var drive = await DriveData.OpenAsync(to.Drive, ct);
        await using var migrations = await MigrationData.OpenAsync(to.Migration, MigrationData.DatabaseName, ct);
        await drive.DemandEmptyAsync(ct);
        await migrations.DemandEmptyAsync(ct);
        BringMasterKey(from, to);
        await using var copy = await DriveData.OpenExistingAsync(DataPlace.Of(from).Drive, ct);
        await using var copied = await MigrationData.OpenAsync(DataPlace.Of(from).Migration, MigrationData.DatabaseName, ct);
        var contents = await copy.ContentsAsync(ct);
        foreach (var content in contents)
        {
            if (!await copy.CopyAsync(content, drive, ct))
            {
                throw new CommandException($"{from.Root} is no whole backup: see bridge verify --data {from.Root}");
            }
        }

        Directory.CreateDirectory(to.KeyRing, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        CopyFiles(from.KeyRing, to.KeyRing);
        await copied.CopyRowsAsync(migrations, ct);
        await copy.CopyRowsAsync(drive, ct);
        return contents.Count;
    }

    // With another one the services would not start, or, where they make a new ring, read the password of no account ever again.
    private static void BringMasterKey(DataDirectory from, DataPlace to)
    {
        if (!File.Exists(from.MasterKey))
        {
            return;
        }

        if (to.MasterKey is { } file && !File.Exists(file))
        {
            using var made = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            using var kept = File.OpenRead(from.MasterKey);
            kept.CopyTo(made);
            return;
        }

        var key = to.MasterKey is { } there ? File.ReadAllText(there).Trim() : to.Drive["Master:Key"];
        if (key != File.ReadAllText(from.MasterKey).Trim())
        {
            throw new CommandException($"{to.Name} names another master key than the backup's, or none, and no password of an account could be read: let RemoteFiles:Master:KeyFile name a copy of {from.MasterKey}");
        }
    }

    private static async Task CopyMigrationsAsync(DataPlace from, DataDirectory to, CancellationToken ct)
    {
        RemoveUnfinished(to.MigrationDatabase);
        if (from.Directory is { } directory)
        {
            CopyFile(directory.MigrationDatabase, to.MigrationDatabase);
            return;
        }

        await using var source = await MigrationData.OpenExistingAsync(from.Migration, ct);
        await using var target = await MigrationData.OpenAsync(to.MigrationSettings(), MigrationData.DatabaseName + Unfinished, ct);
        await source.CopyRowsAsync(target, ct);
    }

    private static async Task CopyDriveAsync(DataPlace from, DataDirectory to, CancellationToken ct)
    {
        RemoveUnfinished(to.RemoteFilesDatabase);
        if (from.Directory is { } directory)
        {
            CopyFile(directory.RemoteFilesDatabase, to.RemoteFilesDatabase);
            return;
        }

        await using var source = await DriveData.OpenExistingAsync(from.Drive, ct);
        await using var target = await DriveData.OpenAsync(to.DriveSettings(), DriveData.DatabaseName + Unfinished, ct);
        await source.CopyRowsAsync(target, ct);
    }

    private static async Task<int?> CopyContentsAsync(DataPlace from, DataDirectory to, CancellationToken ct)
    {
        await using var source = await DriveData.OpenExistingAsync(from.Drive, ct);
        await using var target = await DriveData.OpenAsync(to.DriveSettings(), DriveData.DatabaseName + Unfinished, ct);
        var contents = await target.ContentsAsync(ct);
        foreach (var content in contents)
        {
            if (!await source.CopyAsync(content, target, ct))
            {
                return null;
            }
        }

        return contents.Count;
    }

    // The mode of each comes with it.
    private static void CopyKeys(DataPlace from, DataDirectory to)
    {
        if (from.MasterKey is { } key && File.Exists(key))
        {
            File.Copy(key, to.MasterKey, overwrite: true);
        }

        if (from.Directory is { } directory && File.Exists(AdminSecretFile.PathIn(directory.Root)))
        {
            File.Copy(AdminSecretFile.PathIn(directory.Root), AdminSecretFile.PathIn(to.Root), overwrite: true);
        }

        CopyFiles(from.KeyRing, to.KeyRing);
    }

    private static void CopyFiles(string from, string to)
    {
        foreach (var file in Directory.Exists(from) ? Directory.EnumerateFiles(from) : [])
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }

    // SQLite's own copy of one state, beside whoever writes.
    private static void CopyFile(string source, string target)
    {
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

    private static void RemoveUnfinished(string target) => Array.ForEach(["", "-wal", "-shm"], end => File.Delete(target + Unfinished + end));

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

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 60 }.ToString());
        connection.Open();
        return connection;
    }
}

using System.Data.Common;
using Dapper;
using Migration.Migrations;
using Shared.Storage;

namespace Migration.Tracking;

// What an earlier migration knows is copied from its lines: the ledger of each migration is whole by itself.
internal static partial class LedgerWriter
{
    /// <summary>Everything below a folder: between <c>/folder/</c> and <c>/folder0</c>, as 0 comes after the slash.</summary>
    public const string Below = "path > @Path || '/' AND path < @Path || '0'";

    private const string Arrived = "is_folder = FALSE AND outcome IN ('imported', 'already_there', 'renamed')";

    private static async Task<LedgerTotals> KnownAsync(DbConnection connection, string migration, LedgerChange.Known known)
    {
        var entry = known.Entry;
        var isNew = await connection.ExecuteAsync(
            """
            INSERT INTO migration_files (
                migration, path, parent, is_folder, source_id, etag, size, modified_at, favorite, outcome, reason, drive_id, drive_name, sha256, md5, proof)
            SELECT @migration, @Path, @Parent, FALSE, source_id, etag, size, modified_at, favorite, 'already_there', @reason, drive_id, @Name, sha256, md5, 'version'
            FROM migration_files WHERE number = @Number
            ON CONFLICT DO NOTHING
            """,
            new
            {
                migration,
                Path = entry.Path.ToString(),
                known.Parent,
                known.Earlier.Number,
                known.Name,
                reason = known.IsMoved ? Reason.MovedAtSource.Text().Code : null,
            }) == 1;
        return isNew ? LedgerTotals.None with { Files = 1, Bytes = entry.Size, FilesImported = 1, BytesImported = entry.Size } : LedgerTotals.None;
    }

    private static async Task<LedgerTotals> UnchangedAsync(DbConnection connection, string migration, LedgerChange.Unchanged unchanged)
    {
        var values = new { migration, unchanged.Earlier, Path = unchanged.Folder.Path.ToString() };
        var before = await ArrivedBelowAsync(connection, values);
        await connection.ExecuteAsync(
            $"""
            INSERT INTO migration_files (
                migration, path, is_folder, source_id, etag, size, modified_at, favorite, outcome, reason, drive_id, drive_name, sha256, md5, proof)
            SELECT @migration, path, is_folder, source_id, etag, size, modified_at, favorite,
                CASE WHEN {Arrived} THEN 'already_there' ELSE outcome END, CASE WHEN {Arrived} THEN NULL ELSE reason END,
                drive_id, drive_name, sha256, md5, CASE WHEN {Arrived} THEN 'version' END
            FROM migration_files WHERE migration = @Earlier AND (path = @Path OR ({Below})) AND outcome <> 'gone' ORDER BY number
            ON CONFLICT DO NOTHING
            """,
            values);
        var (files, bytes) = await ArrivedBelowAsync(connection, values);
        return LedgerTotals.None with
        {
            Files = files - before.Files,
            Bytes = bytes - before.Bytes,
            FilesImported = files - before.Files,
            BytesImported = bytes - before.Bytes,
        };
    }

    // What lies in a folder that could not be listed, or is left out now, may well be there; and what a cleanup deleted is no news.
    private static async Task<LedgerTotals> GoneAsync(DbConnection connection, string migration, string earlier)
    {
        await connection.ExecuteAsync(
            $"""
            INSERT INTO migration_files (
                migration, path, is_folder, source_id, etag, size, modified_at, outcome, reason, drive_id, drive_name, sha256, md5)
            SELECT @migration, path, FALSE, source_id, etag, size, modified_at, 'gone', @Code, drive_id, drive_name, sha256, md5
            FROM migration_files e WHERE migration = @earlier AND {Arrived}
                AND NOT EXISTS (SELECT 1 FROM migration_files n WHERE n.migration = @migration AND n.path = e.path)
                AND NOT EXISTS (SELECT 1 FROM migration_files n WHERE n.migration = @migration AND n.source_id = e.source_id)
                AND NOT EXISTS (
                    SELECT 1 FROM migration_files x WHERE x.migration = @migration AND x.outcome IN ('failed', 'excluded') AND x.is_folder = TRUE
                        AND e.path > x.path || '/' AND e.path < x.path || '0')
                AND NOT EXISTS (SELECT 1 FROM cleanup_lines c WHERE c.number = e.number AND c.kept IS NULL)
            ON CONFLICT DO NOTHING
            """,
            new { migration, earlier, Reason.DeletedAtSource.Text().Code });
        return LedgerTotals.None;
    }

    private static Task<(long Files, long Bytes)> ArrivedBelowAsync(DbConnection connection, object values) =>
        connection.QuerySingleAsync<(long Files, long Bytes)>(
            $"SELECT COUNT(*), {Dialect.Of(connection).Total("size")} FROM migration_files WHERE migration = @migration AND {Below} AND {Arrived}", values);
}

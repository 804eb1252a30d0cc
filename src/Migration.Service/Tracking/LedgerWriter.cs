using System.Data.Common;
using Dapper;
using Migration.Migrations;
using Shared.Storage;

namespace Migration.Tracking;

/// <summary>
/// Puts one change on record. Only a pending line is ever changed, so that a change which comes twice, after a crash
/// or from a worker that was overtaken, counts once.
/// </summary>
internal static partial class LedgerWriter
{
    public static Task<LedgerTotals> ApplyAsync(DbConnection connection, string migration, LedgerChange change) => change switch
    {
        LedgerChange.Seen { Parent: { } parent } seen when !LedgerPath.Fits(connection, seen.Entry.Path) =>
            ExcludedAsync(connection, migration, new(parent, seen.Entry, Reason.BadName)),
        LedgerChange.Seen seen => SeenAsync(connection, migration, seen),
        LedgerChange.Excluded excluded => ExcludedAsync(connection, migration, excluded),
        LedgerChange.Known known => KnownAsync(connection, migration, known),
        LedgerChange.Unchanged unchanged => UnchangedAsync(connection, migration, unchanged),
        LedgerChange.AllSeen seen => GoneAsync(connection, migration, seen.Earlier),
        LedgerChange.FolderMade made => FolderAsync(connection, "drive_id = @DirectoryId", new { made.Folder.Number, made.DirectoryId }),
        LedgerChange.FolderListed listed => FolderAsync(connection, "outcome = 'imported'", new { listed.Folder.Number }),
        LedgerChange.FileBrought brought => BroughtAsync(connection, brought),
        LedgerChange.GivenUp givenUp => GivenUpAsync(connection, givenUp),
        LedgerChange.Retried retried => RetriedAsync(connection, migration, retried),
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    private static async Task<LedgerTotals> SeenAsync(DbConnection connection, string migration, LedgerChange.Seen seen)
    {
        var entry = seen.Entry;
        var (path, bytes) = (entry.Path.ToString(), entry.IsFolder ? 0 : entry.Size);
        var isNew = await connection.Placed().FindAsync(
            """
            INSERT INTO migration_files (migration, path, parent, is_folder, source_id, etag, size, modified_at, favorite)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT DO NOTHING RETURNING number
            """,
            _ => true,
            migration, path, seen.Parent, entry.IsFolder, entry.Id, entry.ETag, bytes, entry.ModifiedAt, entry.IsFavorite);
        if (isNew)
        {
            return LedgerTotals.None with { Files = entry.IsFolder ? 0 : 1, Bytes = bytes };
        }

        // Listed again, because a listing broke or a worker was killed: what was not brought yet may have changed.
        var values = new { migration, Path = path, entry.IsFolder, entry.Id, entry.ETag, Size = bytes, entry.ModifiedAt };
        var was = await connection.ExecuteScalarAsync<long?>(
            """
            SELECT size FROM migration_files
            WHERE migration = @migration AND path = @Path AND is_folder = @IsFolder AND outcome = 'pending' AND etag <> @ETag
            """,
            values);
        await connection.ExecuteAsync(
            """
            UPDATE migration_files SET source_id = @Id, etag = @ETag, size = @Size, modified_at = @ModifiedAt
            WHERE migration = @migration AND path = @Path AND is_folder = @IsFolder AND outcome = 'pending' AND etag <> @ETag
            """,
            values);
        return was is { } size ? LedgerTotals.None with { Bytes = values.Size - size } : LedgerTotals.None;
    }

    private static async Task<LedgerTotals> ExcludedAsync(DbConnection connection, string migration, LedgerChange.Excluded excluded)
    {
        var entry = excluded.Entry;
        await connection.ExecuteAsync(
            """
            INSERT INTO migration_files (migration, path, parent, is_folder, source_id, etag, size, modified_at, outcome, reason)
            VALUES (@migration, @Path, @Parent, @IsFolder, @Id, @ETag, @Size, @ModifiedAt, 'excluded', @Code)
            ON CONFLICT DO NOTHING
            """,
            new
            {
                migration, Path = LedgerPath.Of(connection, entry.Path), excluded.Parent, entry.IsFolder, entry.Id, entry.ETag, entry.Size, entry.ModifiedAt, excluded.Reason.Text().Code,
            });
        return LedgerTotals.None;
    }

    private static async Task<LedgerTotals> FolderAsync(DbConnection connection, string set, object values)
    {
        await connection.ExecuteAsync($"UPDATE migration_files SET {set} WHERE number = @Number AND outcome = 'pending'", values);
        return LedgerTotals.None;
    }

    // The size becomes that of what was stored: the file may have changed since it was listed.
    private static async Task<LedgerTotals> BroughtAsync(DbConnection connection, LedgerChange.FileBrought brought)
    {
        var result = brought.Result;
        var isWritten = await connection.Placed().FindAsync(
            """
            UPDATE migration_files SET outcome = $1, size = $2, attempts = $3, drive_id = $4, drive_name = $5,
                sha256 = $6, md5 = $7, proof = $8, etag = COALESCE(NULLIF($9, ''), etag), reason = $10
            WHERE number = $11 AND outcome = 'pending' RETURNING number
            """,
            _ => true,
            Text(result.Outcome), result.Size, brought.Attempts, result.FileId, result.Name, result.Sha256, result.Md5, Text(result.Proof), result.ETag,
            result.Outcome == FileOutcome.Renamed ? Reason.NameTaken.Text().Code : null, brought.File.Number);
        return !isWritten
            ? LedgerTotals.None
            : LedgerTotals.None with
            {
                Bytes = result.Size - brought.File.Entry.Size,
                FilesImported = 1,
                BytesImported = result.Size,
                Renamed = result.Outcome == FileOutcome.Renamed ? 1 : 0,
            };
    }

    private static async Task<LedgerTotals> GivenUpAsync(DbConnection connection, LedgerChange.GivenUp givenUp)
    {
        var written = await connection.ExecuteAsync(
            """
            UPDATE migration_files SET outcome = 'failed', attempts = @Attempts, message = @Message, failed_at = @at, reason = @Code
            WHERE number = @Number AND outcome = 'pending'
            """,
            new { givenUp.Line.Number, givenUp.Attempts, givenUp.Message, at = givenUp.At.ToUnixTimeMilliseconds(), givenUp.Reason.Text().Code });
        return LedgerTotals.None with { Errors = written };
    }

    private static async Task<LedgerTotals> RetriedAsync(DbConnection connection, string migration, LedgerChange.Retried retried)
    {
        var written = await connection.ExecuteAsync(
            """
            UPDATE migration_files SET outcome = 'pending', message = NULL, failed_at = NULL, reason = NULL
            WHERE migration = @migration AND outcome = 'failed' AND (@all OR reason IN @codes)
            """,
            new { migration, all = retried.Only is null, codes = (retried.Only ?? []).Select(reason => reason.Text().Code) });
        return LedgerTotals.None with { Errors = -written };
    }

    private static string? Text(Proof proof) => proof switch
    {
        Proof.None => null,
        Proof.Length => "length",
        Proof.Checksum => "checksum",
        Proof.Content => "content",
        Proof.Version => "version",
        Proof.Hash => "hash",
        _ => throw new ArgumentOutOfRangeException(nameof(proof)),
    };

    private static string Text(FileOutcome outcome) => outcome switch
    {
        FileOutcome.Imported => "imported",
        FileOutcome.AlreadyThere => "already_there",
        FileOutcome.Renamed => "renamed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}

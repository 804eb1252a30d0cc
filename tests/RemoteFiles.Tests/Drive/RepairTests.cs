using System.Security.Cryptography;
using Dapper;
using RemoteFiles.Drive;
using RemoteFiles.Drive.Hashing;
using RemoteFiles.Drive.Upkeep;
using RemoteFiles.Files;
using Shared.Storage;

namespace RemoteFiles.Tests.Drive;

/// <summary>Everything that can break below a drive is broken in a real one; a repair mends that and nothing else, and a second one finds nothing.</summary>
public abstract class RepairTests : DriveTests
{
    internal byte[] Bytes { get; } = RandomNumberGenerator.GetBytes(BlockSums.BlockSize + 5000);

    internal Database Rows => Test.Store.Database;

    internal async Task FillAsync()
    {
        await PutAsync("/a", "a small one");
        await Drive.MakeFolderAsync(At("/folder"), Ct);
        await PutAsync("/folder/file", "in a folder");
        await Drive.MakeFolderAsync(At("/folder/below"), Ct);
        await PutAsync("/folder/below/file", "below it");
        foreach (var path in new[] { "/large", "/same" })
        {
            await Drive.WriteAsync(At(path), new() { Body = new MemoryStream(Bytes), Length = Bytes.Length }, Ct);
        }

        await Drive.BeginUploadAsync("x", null, Ct);
        foreach (var i in new[] { 1, 2 })
        {
            await Drive.WritePartAsync("x", $"{i}", new() { Body = new MemoryStream([.. Enumerable.Repeat((byte)i, 20_000)]), Length = 20_000 }, Ct);
        }

        await Drive.JoinAsync("x", At("/joined"), new(null, Overwrite: false, null, null, null, null), Ct);
    }

    internal async Task<string> BlobAsync(string path)
    {
        var id = (await StatAsync(path)).Id;
        return (await Rows.ReadAsync(db => db.ExecuteScalarAsync<string>("SELECT blob_id FROM nodes WHERE id = @id", new { id }), Ct))!;
    }

    internal async Task BreakAsync(string path, bool isFlipped)
    {
        var other = Bytes.ToArray();
        other[^1] ^= 64;
        await Test.Contents.ReplaceAsync(await BlobAsync(path), isFlipped ? other : null);
    }

    internal async Task<byte[]> ReadAsync(string path)
    {
        await using var download = await Drive.OpenAsync(At(path), 0, Ct);
        var all = new MemoryStream();
        await download.Body.CopyToAsync(all, Ct);
        return all.ToArray();
    }

    internal Task ChangeAsync(string sql, object? values = null) => Rows.WriteAsync(db => db.ExecuteAsync(sql, values), Ct);

    internal async Task<string> SizesAsync() =>
        string.Join('\n', await Rows.ReadAsync(db => db.QueryAsync<string>("SELECT id || ' ' || size FROM nodes ORDER BY id"), Ct));

    internal async Task<string> DumpAsync() =>
        string.Join('\n', await Rows.ReadAsync(db => db.QueryAsync<string>("SELECT id || parent_id || name || size || etag || revision || generation || COALESCE(blob_id, '') FROM nodes ORDER BY id"), Ct))
        + string.Join('\n', (await Test.BlobsAsync()).Order());

    internal Task<List<string>> FindAsync() => RunAsync(mend: false, null, withRemedy: false);

    internal Task<List<string>> MendAsync(TestDrive? backup = null, bool withRemedy = false) => RunAsync(mend: true, backup, withRemedy);

    private async Task<List<string>> RunAsync(bool mend, TestDrive? backup, bool withRemedy)
    {
        var repair = new Repair(Rows, Test.Store.Blobs, backup is null ? null : (backup.Store.Database, backup.Store.Blobs), Test.Clock);
        return await repair.RunAsync(mend, Ct).Select(found => withRemedy ? $"{found.What}: {found.Remedy}" : found.What).ToListAsync(Ct);
    }
}

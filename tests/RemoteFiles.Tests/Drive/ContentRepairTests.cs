using Dapper;
using RemoteFiles.Drive;
using RemoteFiles.Drive.Hashing;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>Contents that are missing, or are not what they were.</summary>
public class ContentRepairTests : RepairTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_content_that_is_lost_is_replaced_by_an_equal_one(bool isFlipped)
    {
        await FillAsync();
        await BreakAsync("/large", isFlipped);
        Assert.Equal([$"alma.localhost:8080/large: its content is {(isFlipped ? "damaged" : "missing")}"], await FindAsync());
        await Assert.ThrowsAsync<FaultException>(() => ReadAsync("/large"));

        Assert.Equal(["alma.localhost:8080/large: its content is " + (isFlipped ? "damaged: " : "missing: ") + "an equal content takes its place"], await MendAsync(withRemedy: true));

        Assert.Equal(Bytes, await ReadAsync("/large"));
        Assert.Equal(Bytes, await ReadAsync("/same"));
        Assert.Empty(await FindAsync());

        // What was damaged is still there, and goes with time.
        Test.Clock.Shift += TimeSpan.FromHours(2);
        var left = (await Test.BlobsAsync()).Length;
        await Test.Store.SweepAsync(TimeSpan.FromMinutes(1), Ct);
        Assert.Equal(left - (isFlipped ? 1 : 0), (await Test.BlobsAsync()).Length);
        Assert.Equal(Bytes, await ReadAsync("/large"));
    }

    [Fact]
    public async Task A_content_that_is_lost_comes_back_from_a_backup_whatever_kind_it_is()
    {
        await FillAsync();
        await Drive.DeleteAsync(At("/same"), null, Ct);
        await Drive.EmptyAsync(Ct);
        var (small, joined) = (await TextAsync("/a"), await ReadAsync("/joined"));
        await using var backup = await TestDrive.CreateAsync();
        foreach (var table in new[] { "contents", "blob_segments", "blob_sums" })
        {
            var rows = (await Rows.ReadAsync(db => db.QueryAsync("SELECT * FROM " + table), Ct)).Cast<IDictionary<string, object>>();
            foreach (var row in rows)
            {
                await backup.Store.Database.WriteAsync(
                    db => db.ExecuteAsync($"INSERT INTO {table} ({string.Join(',', row.Keys)}) VALUES ({string.Join(',', row.Keys.Select(key => "@" + key))})", row), Ct);
            }
        }

        foreach (var (id, size) in await Rows.ReadAsync(db => db.QueryAsync<(string, long)>("SELECT blob_id, size FROM nodes WHERE blob_id IS NOT NULL UNION SELECT part_id, size FROM blob_segments"), Ct))
        {
            if (!SmallContent.Is(id) && await Test.Store.Blobs.OpenAsync(id, size, 0, Ct) is { } stored)
            {
                await using (stored)
                {
                    var file = Path.Combine(backup.Directory, "blobs", id[..2], id[2..4], id);
                    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                    await using var copy = File.Create(file);
                    await stored.CopyToAsync(copy, Ct);
                }
            }
        }

        await BreakAsync("/large", isFlipped: true);
        await ChangeAsync("UPDATE contents SET bytes = @none", new { none = "?"u8.ToArray() });
        await ChangeAsync("DELETE FROM blob_segments WHERE position = 0");

        Assert.Contains(await MendAsync(backup, withRemedy: true), found => found.EndsWith("the backup's takes its place", StringComparison.Ordinal));
        Assert.Empty(await FindAsync());
        Assert.Equal(Bytes, await ReadAsync("/large"));
        Assert.Equal(small, await TextAsync("/a"));
        Assert.Equal(joined, await ReadAsync("/joined"));
    }

    [Fact]
    public async Task A_content_that_is_nowhere_stays_a_file_that_fails_and_tells_of_itself()
    {
        await FillAsync();
        await Drive.DeleteAsync(At("/same"), null, Ct);
        await Drive.EmptyAsync(Ct);
        await BreakAsync("/large", isFlipped: true);
        await ChangeAsync("DELETE FROM blob_sums");

        Assert.Equal(["alma.localhost:8080/large: its content is damaged: no equal content is here: try --from with a backup"], await MendAsync(withRemedy: true));

        await FailsAsync(Fault.BadGateway, () => Drive.OpenAsync(At("/large"), 0, Ct));
        await FailsAsync(Fault.BadGateway, () => Drive.OpenAsync(At("/large"), BlockSums.BlockSize, Ct));
        Assert.Equal(Bytes.Length, (await StatAsync("/large")).Size);
        Assert.Single(await FindAsync());

        // Somebody has found the Bytes.
        await Test.Contents.ReplaceAsync(await BlobAsync("/large"), Bytes);
        Assert.Equal(["alma.localhost:8080/large: its content is whole, and its checksums are not: they are written anew"], await MendAsync(withRemedy: true));
        Assert.Equal(Bytes, await ReadAsync("/large"));
    }

    [Fact]
    public async Task A_content_that_no_file_names_goes_only_when_its_row_cannot_come_any_more()
    {
        await FillAsync();
        await Test.Store.Blobs.WriteAsync(new() { Body = new MemoryStream([1, 2, 3]) }, room: null, Ct);
        var all = (await Test.BlobsAsync()).Length;

        Assert.Empty(await MendAsync());
        Assert.Equal(all, (await Test.BlobsAsync()).Length);

        Test.Clock.Shift += TimeSpan.FromHours(2);
        Assert.Equal(["1 contents that no file names"], await FindAsync());
        Assert.Equal(all, (await Test.BlobsAsync()).Length);
        await MendAsync();
        Assert.Equal(Test.Store.Blobs.DatedByFirstByte ? all : all - 1, (await Test.BlobsAsync()).Length);
        Assert.Equal(Bytes, await ReadAsync("/large"));
    }
}

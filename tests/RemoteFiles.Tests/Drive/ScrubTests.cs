using Dapper;
using Migration.Tests.Fakes;
using RemoteFiles.Drive;
using RemoteFiles.Drive.Upkeep;
using RemoteFiles.Files;

namespace RemoteFiles.Tests.Drive;

/// <summary>What is stored is read again though nobody asks for it: what is damaged is told of, and nothing else.</summary>
public class ScrubTests : RepairTests
{
    private static readonly ScrubOptions Options = new() { BytesPerSecond = 1L << 40 };
    private readonly List<string> told = [];

    [Fact]
    public async Task What_was_damaged_behind_its_back_is_told_once_in_a_round()
    {
        await FillAsync();
        await Drive.WriteAsync(At("/former"), new() { Body = new MemoryStream(Bytes), Length = Bytes.Length }, Ct);
        var former = await BlobAsync("/former");
        await PutAsync("/former", "now", overwrite: true);
        var replica = Round();
        Assert.True(await replica.RunAsync(Ct));
        Assert.Empty(told);

        var (small, part) = (await BlobAsync("/a"), await Rows.ReadAsync(db => db.ExecuteScalarAsync<string>("SELECT part_id FROM blob_segments WHERE position > 0"), Ct));
        await ChangeAsync("UPDATE contents SET bytes = @other WHERE blob_id = @small", new { other = "a Small one"u8.ToArray(), small });
        await BreakAsync("/large", isFlipped: true);
        await BreakAsync("/same", isFlipped: false);
        await Test.Contents.ReplaceAsync(former, [.. Bytes[..^1], (byte)~Bytes[^1]]);
        await Test.Contents.ReplaceAsync(part!, [.. Enumerable.Repeat((byte)2, 19_999), 3]);

        Assert.False(await replica.RunAsync(Ct), "the next round is not due");
        Test.Clock.Shift += Options.Interval;
        Assert.True(await replica.RunAsync(Ct));

        string[] damaged = [small, await BlobAsync("/large"), await BlobAsync("/same"), former, await BlobAsync("/joined")];
        Assert.Equal(damaged.Order(StringComparer.Ordinal), told);
    }

    [Fact]
    public async Task What_is_whole_and_has_no_sums_of_its_blocks_is_given_them()
    {
        await FillAsync();
        var sums = await SumsAsync();
        var large = await BlobAsync("/large");
        await BreakAsync("/large", isFlipped: true);
        await ChangeAsync("DELETE FROM blob_sums");

        Assert.True(await Round().RunAsync(Ct));

        Assert.Equal([large], told);
        Assert.Equal(sums.Where(line => !line.StartsWith(large, StringComparison.Ordinal)), await SumsAsync());
    }

    [Fact]
    public async Task One_replica_reads_and_another_goes_on_when_it_is_silent()
    {
        await FillAsync();
        await BreakAsync("/large", isFlipped: true);
        await Assert.ThrowsAsync<NotSupportedException>(() => Round(_ => throw new NotSupportedException("the end of a process")).RunAsync(Ct));

        var other = Round();
        Assert.False(await other.RunAsync(Ct));
        Assert.Empty(told);

        Test.Clock.Shift += ScrubPlace.HeldFor;
        Assert.True(await other.RunAsync(Ct));
        Assert.Equal([await BlobAsync("/large")], told);
    }

    [Fact]
    public async Task Many_are_told_a_hundred_at_a_time_and_each_once()
    {
        for (var i = 0; i < ScrubRound.MostDamaged + 20; i++)
        {
            await PutAsync($"/{i}", $"{i}");
        }

        await ChangeAsync("UPDATE contents SET bytes = @other", new { other = "?"u8.ToArray() });
        Assert.False(await Round().RunAsync(Ct));
        Assert.Equal(ScrubRound.MostDamaged, told.Count);

        Test.Clock.Shift += ScrubPlace.HeldFor;
        Assert.True(await Round().RunAsync(Ct));
        Assert.Equal(ScrubRound.MostDamaged + 20, told.Distinct().Count());
        Assert.Equal(told.Distinct(), told);
    }

    internal ScrubRound Round(Action<string>? damaged = null, IBlobs? blobs = null) => new(Rows, blobs ?? Test.Store.Blobs, Options, damaged ?? told.Add, Test.Clock);

    private async Task<List<string>> SumsAsync() =>
        [.. (await Rows.ReadAsync(db => db.QueryAsync<(string Id, byte[] Sums)>("SELECT blob_id, sums FROM blob_sums ORDER BY blob_id"), Ct)).Select(row => $"{row.Id} {Convert.ToHexString(row.Sums)}")];
}

/// <summary>How fast it reads.</summary>
public sealed class PaceTests
{
    [Fact]
    public async Task Nothing_passes_before_its_time_and_a_rest_gives_nothing_to_catch_up_with()
    {
        var clock = new ManualClock();
        var pace = new Pace(1000, clock);
        clock.Advance(TimeSpan.FromMinutes(1));
        var begun = clock.GetTimestamp();

        // 10 ms each: two of them are worth a wait.
        var taken = TakeAsync();
        while (!taken.IsCompleted)
        {
            clock.GoOn();
            await Task.Yield();
        }

        await taken;
        Assert.Equal(TimeSpan.FromSeconds(5), clock.GetElapsedTime(begun));

        async Task TakeAsync()
        {
            for (var i = 0; i < 500; i++)
            {
                await pace.TakeAsync(10, TestContext.Current.CancellationToken);
            }
        }
    }
}

using Migration.Migrations;
using Migration.Tests.Fakes;

namespace Migration.Tests;

/// <summary>What the walk finds bit by bit is asked for in few requests.</summary>
public sealed class BatchesTests
{
    private const int FilesPerFolder = 40;
    private readonly ManualClock clock = new();

    [Fact]
    public void Small_files_are_held_back_until_a_batch_is_full_and_then_go_by_whole_folders()
    {
        var batches = new Batches(WholeAmong, clock);

        var full = Enumerable.Range(0, 60).SelectMany(page => batches.Add([.. Files(page * 17, 17)])).ToList();
        var rest = batches.Rest();

        Assert.Equal([480, 480], full.Select(batch => batch.Count));
        Assert.All(full, batch => Assert.Equal(12, WholeAmong(batch).Count));
        Assert.Equal(Enumerable.Range(0, 60 * 17), full.Append(rest).SelectMany(batch => batch).Select(file => (int)file.Number));
        Assert.Empty(batches.Rest());
    }

    [Fact]
    public void A_folder_that_fills_a_batch_alone_does_not_wait_for_its_end()
    {
        var batches = new Batches(_ => [], clock);

        Assert.Equal([500, 500], batches.Add([.. Files(0, 1_200)]).Select(batch => batch.Count));
        Assert.Equal(200, batches.Rest().Count);
    }

    [Fact]
    public void Large_files_go_alone_and_at_once_and_small_ones_do_not_wait_for_long()
    {
        var batches = new Batches(WholeAmong, clock);

        Assert.Equal(7, Assert.Single(Assert.Single(batches.Add([.. Files(0, 2), File(7, Listings.LargestSmallFile + 1)]))).Number);
        Assert.False(batches.AreOverdue);
        using var later = clock.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        clock.GoOn();
        Assert.True(batches.AreOverdue);
        Assert.Equal(2, batches.Rest().Count);
        Assert.False(batches.AreOverdue);
    }

    private static IEnumerable<LedgerLine> Files(int first, int count) => Enumerable.Range(first, count).Select(number => File(number, 10));

    private static LedgerLine File(int number, long size) =>
        new(number, new($"{number}", CleanPath.Normalise($"/{number / FilesPerFolder}/{number}"), IsFolder: false, size, "etag", null), "directory");

    private static List<CleanPath> WholeAmong(IReadOnlyList<LedgerLine> files) =>
        [.. files.GroupBy(file => file.Entry.Path.Parent).Where(folder => folder.Count() == FilesPerFolder).Select(folder => folder.Key)];
}

using Migration.Migrations;
using Migration.Tests.Fakes;

namespace Migration.Tests;

/// <summary>A source may say any size; sums of what it says end nothing.</summary>
public sealed class LyingSizeTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Sizes_whose_sum_cannot_be_counted_end_no_migration()
    {
        rig.Remote.Size = 0;
        rig.Remote.File("/a", long.MaxValue).File("/b", long.MaxValue).File("/c", long.MaxValue).File("/d", 7);
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(("completed", "complete"), (document.Status.ToString().ToLowerInvariant(), document.Outcome));
        Assert.Equal(4, document.Progress.FilesImported);
        Assert.Equal(long.MaxValue, document.Progress.BytesTotal);
    }

    [Fact]
    public void A_sum_is_never_less_than_nothing()
    {
        Assert.Equal(long.MaxValue, Totals.Of(long.MaxValue, long.MaxValue));
        Assert.Equal(long.MaxValue, Totals.Of(long.MaxValue, 1));
        Assert.Equal(long.MinValue, Totals.Of(long.MinValue, -1));
        Assert.Equal(5, Totals.Of(7, -2));
    }
}

using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>What of a source is brought, and what is left out with its reason.</summary>
public sealed class ScopeTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task What_is_not_the_users_own_or_encrypted_is_left_out_and_counted()
    {
        FillWithMounts();
        await rig.StartWorkerAsync();

        var id = await TriggerAsync(new([], [], []));
        var document = await rig.FinishAsync(id);

        Assert.Equal(["/Nextcloud/mine.txt"], rig.Remote.Drive.Keys);
        Assert.Equal(("complete", 1L, 4L, 0L), (document.Outcome, document.Counts!.Imported, document.Counts.Excluded, document.Counts.Failed));
        Assert.Equal(new Progress(1, 1, 10, 10), document.Progress);
        Assert.Equal(
            [("/disk", "external_storage"), ("/from bob", "shared"), ("/safe", "end_to_end_encrypted"), ("/team", "group_folder")],
            (await LinesAsync(id, "excluded")).Select(line => (line.Path, line.Reason!.Code)));
        Assert.DoesNotContain("/from bob", rig.Remote.Listed.Keys);
        Assert.Equal(0, await new Tracking.CleanupTable(rig.Database).CountMissingAsync(id, Ct));
    }

    [Fact]
    public async Task What_is_asked_for_comes_and_what_is_encrypted_never_does()
    {
        FillWithMounts();
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await TriggerAsync(new(["shared", "group", "external"], [], [])));

        Assert.Equal(
            ["/Nextcloud/disk/d.txt", "/Nextcloud/from bob/b.txt", "/Nextcloud/mine.txt", "/Nextcloud/team/t.txt"],
            rig.Remote.Drive.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(1, document.Counts!.Excluded);
    }

    [Fact]
    public async Task A_share_that_is_itself_the_source_was_chosen()
    {
        rig.Remote.Folder("/from bob").File("/from bob/b.txt").As(SourceKind.Shared, "/from bob");
        await rig.StartWorkerAsync();

        await rig.FinishAsync(await rig.TriggerAsync("/from bob"));

        Assert.Equal(["/Nextcloud/b.txt"], rig.Remote.Drive.Keys);
    }

    [Fact]
    public async Task Only_chosen_folders_come_without_what_lies_beside_them_and_without_patterns()
    {
        rig.Remote.File("/beside.txt").Folder("/a").File("/a/beside.txt").Folder("/a/b").File("/a/b/x.txt").File("/a/b/x.tmp").Folder("/a/b/cache")
            .File("/a/b/cache/y.txt").Folder("/c").File("/c/z.txt");
        await rig.StartWorkerAsync();

        var id = await TriggerAsync(new([], ["*.tmp", "cache/"], ["/a/b"]));
        var document = await rig.FinishAsync(id);

        Assert.Equal(["/Nextcloud/a/b/x.txt"], rig.Remote.Drive.Keys);
        Assert.Equal(["/Nextcloud", "/Nextcloud/a", "/Nextcloud/a/b"], rig.Remote.Directories.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["/a/b/cache pattern", "/a/b/x.tmp pattern", "/a/beside.txt not_chosen", "/beside.txt not_chosen", "/c not_chosen"],
            (await LinesAsync(id, "excluded")).Select(line => $"{line.Path} {line.Reason!.Code}").Order(StringComparer.Ordinal));
        Assert.Equal(["*.tmp", "cache/"], document.Exclude);
        Assert.Equal(["/a/b"], document.Folders);
    }

    [Fact]
    public async Task Favorites_and_dates_of_folders_stay_also_of_empty_ones()
    {
        rig.Remote.Folder("/empty", 1_600_000_000).Favorite("/empty").File("/star.txt").Favorite("/star.txt").File("/plain.txt");
        await rig.StartWorkerAsync();

        await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(1_600_000_000, rig.Remote.Directories["/Nextcloud/empty"]);
        Assert.Equal(["/Nextcloud/empty"], rig.Remote.Favorites.Keys);
        Assert.True(rig.Remote.Drive["/Nextcloud/star.txt"].IsFavorite);
        Assert.False(rig.Remote.Drive["/Nextcloud/plain.txt"].IsFavorite);
    }

    [Theory]
    [InlineData("*.tmp", "/a/b.tmp", true)]
    [InlineData("*.tmp", "/a/b.tmp.txt", false)]
    [InlineData("/b.tmp", "/a/b.tmp", false)]
    [InlineData("/b.tmp", "/b.tmp", true)]
    [InlineData("a/b", "/a/b", true)]
    [InlineData("a/b", "/x/a/b", false)]
    [InlineData("**/a/b", "/x/y/a/b", true)]
    [InlineData("a/**/b", "/a/b", true)]
    [InlineData("a/**/b", "/a/x/y/b", true)]
    [InlineData("a/**", "/a", false)]
    [InlineData("a/**", "/a/x", true)]
    [InlineData("node_modules/", "/x/node_modules", false)]
    [InlineData("?.jpg", "/é.jpg", true)]
    [InlineData("*", "/anything", true)]
    public void Patterns_match_as_in_gitignore(string pattern, string path, bool matches) =>
        Assert.Equal(matches, ExcludePatterns.Read([pattern]).Match(CleanPath.Exact(path)!, isFolder: false));

    [Fact]
    public void A_later_pattern_takes_back_an_earlier_one()
    {
        var patterns = ExcludePatterns.Read(["*.log", "!keep.log"]);

        Assert.True(patterns.Match(CleanPath.Exact("/x.log")!, isFolder: false));
        Assert.False(patterns.Match(CleanPath.Exact("/a/keep.log")!, isFolder: false));
    }

    [Fact]
    public void A_pattern_made_to_be_slow_is_not()
    {
        var patterns = ExcludePatterns.Read([.. Enumerable.Repeat(string.Concat(Enumerable.Repeat("**/*a*/", 36)) + "b", 100)]);

        Assert.False(patterns.Match(CleanPath.Exact(string.Concat(Enumerable.Repeat("/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 100)))!, isFolder: false));
    }

    [Theory]
    [InlineData("everything", "*.tmp", "/a")]
    [InlineData("shared", "", "/a")]
    [InlineData("shared", "!", "/a")]
    [InlineData("shared", "*.tmp", "/elsewhere")]
    public void What_cannot_be_understood_is_refused(string include, string exclude, string folder)
    {
        var order = TriggerOrder.Read("https://nc", "a", "b", "/a", "");

        Assert.Equal(Fault.Malformed, Assert.Throws<FaultException>(() => new WishedScope([include], [exclude], [folder]).AddTo(order)).Fault);
        Assert.Throws<FaultException>(() => new WishedScope([], [.. Enumerable.Repeat("*.tmp", 101)], []).AddTo(order));
        Assert.Throws<FaultException>(() => new WishedScope([], [new('a', 257)], []).AddTo(order));
    }

    private void FillWithMounts() => rig.Remote.File("/mine.txt")
        .Folder("/from bob").File("/from bob/b.txt").As(SourceKind.Shared, "/from bob")
        .Folder("/team").File("/team/t.txt").As(SourceKind.Group, "/team")
        .Folder("/disk").File("/disk/d.txt").As(SourceKind.External, "/disk")
        .Folder("/safe").File("/safe/3b5d5c3712955042212316173ccf37be").As(SourceKind.Encrypted, "/safe");

    private async Task<string> TriggerAsync(WishedScope wished) => (await rig.Orders.TriggerAsync(
        Rig.Instance, wished.AddTo(TriggerOrder.Read("https://nc.alma.example", "alma", "secret", "/", "/Nextcloud")), Ct)).Id;

    private async Task<IReadOnlyList<ReportLine>> LinesAsync(string id, string outcome) =>
        await ((ILedgerReport)rig.Ledger).ReportAsync(id, new(outcome, null), "", 100, Ct);
}

using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>Migrating again brings what has changed, and asks for nothing else.</summary>
public sealed class DeltaTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_change_it_lists_the_first_folder_and_nothing_else(bool isModern)
    {
        rig.Remote.IsModern = isModern;
        Fill(folders: 20, files: 10);
        await rig.StartWorkerAsync();
        var first = await rig.FinishAsync(await rig.TriggerAsync());
        Assert.Equal((200L, 0L), (first.Counts!.Imported, first.Counts.Identical));
        Forget();

        var id = await rig.TriggerAsync();
        var second = await rig.FinishAsync(id);

        Assert.Equal(("complete", 200L, 200L, 0L), (second.Outcome, second.Counts!.Identical, second.Counts.Verified.Version, second.Counts.Imported));
        Assert.Equal(first.Progress, second.Progress);
        Assert.Equal(["/"], rig.Remote.Listed.Keys);
        Assert.Equal((0, 0), (rig.Remote.Fetches, rig.Remote.Batches.Count));
        var line = (await LinesAsync(id))[0];
        Assert.Equal(("/f0/0.txt", "identical", "version", new string('a', 64)), (line.Path, line.Outcome, line.Proof, line.Sha256));
    }

    [Fact]
    public async Task A_change_costs_the_folders_around_it_and_the_file()
    {
        Fill(folders: 20, files: 10);
        await rig.StartWorkerAsync();
        await rig.FinishAsync(await rig.TriggerAsync());
        Forget();
        rig.Remote.Change("/f3/4.txt", 99);
        rig.Remote.File("/f3/new.txt", 5);

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(["/", "/f3"], rig.Remote.Listed.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2, rig.Remote.Fetches);
        Assert.Equal((199L, 2L, 0L), (document.Counts!.Identical, document.Counts.Imported, document.Counts.Renamed));
        Assert.Equal(99, rig.Remote.Drive["/Nextcloud/f3/4.txt"].Size);
        Assert.Equal(new Progress(201, 201, 2000 - 10 + 99 + 5, 2000 - 10 + 99 + 5), document.Progress);
    }

    [Fact]
    public async Task What_was_renamed_moves_in_the_drive_without_a_byte_and_what_was_deleted_is_told_and_kept()
    {
        rig.Remote.Folder("/a").File("/a/old.txt").File("/a/gone.txt").Folder("/b").File("/b/x.txt");
        await rig.StartWorkerAsync();
        await rig.FinishAsync(await rig.TriggerAsync());
        Forget();
        rig.Remote.Move("/a/old.txt", "/b/new.txt");
        rig.Remote.Remove("/a/gone.txt");

        var id = await rig.TriggerAsync();
        var document = await rig.FinishAsync(id);

        Assert.Equal(0, rig.Remote.Fetches);
        Assert.Equal(["/Nextcloud/a/gone.txt", "/Nextcloud/b/new.txt", "/Nextcloud/b/x.txt"], rig.Remote.Drive.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["/a/gone.txt gone deleted_at_source", "/b/new.txt identical moved_at_source", "/b/x.txt identical "],
            (await LinesAsync(id)).Select(line => $"{line.Path} {line.Outcome} {line.Reason?.Code}"));
        Assert.Equal((2L, 1L, "complete"), (document.Counts!.Identical, document.Counts.Gone, document.Outcome));
        Assert.Equal(new Progress(2, 2, 20, 20), document.Progress);

        // And once more: it is known under its new name, and what is gone is no news.
        Forget();
        var third = await rig.TriggerAsync();
        await rig.FinishAsync(third);
        Assert.Equal(["/b/new.txt identical ", "/b/x.txt identical "], (await LinesAsync(third)).Select(line => $"{line.Path} {line.Outcome} {line.Reason?.Code}"));
        Assert.Equal(["/"], rig.Remote.Listed.Keys);
    }

    [Fact]
    public async Task A_folder_that_was_renamed_leaves_no_empty_directory_and_one_with_something_in_it_stays()
    {
        rig.Remote.Folder("/a").File("/a/1.txt").Folder("/a/deep").File("/a/deep/2.txt").Folder("/kept").File("/kept/3.txt").Folder("/gone");
        await rig.StartWorkerAsync();
        await rig.FinishAsync(await rig.TriggerAsync());
        Forget();
        rig.Remote.MoveFolder("/a", "/b");
        rig.Remote.MoveFolder("/kept", "/other");
        rig.Remote.Remove("/gone");
        rig.Remote.Drive["/Nextcloud/kept/mine.txt"] = new("x", CleanPath.Root, false, 1, "", null);

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(("complete", 0, 3L), (document.Outcome, rig.Remote.Fetches, document.Counts!.Identical));
        Assert.Equal(
            ["/Nextcloud/b/1.txt", "/Nextcloud/b/deep/2.txt", "/Nextcloud/kept/mine.txt", "/Nextcloud/other/3.txt"],
            rig.Remote.Drive.Keys.Order(StringComparer.Ordinal));

        // What was deleted at the source stays.
        Assert.Equal(
            ["/Nextcloud", "/Nextcloud/b", "/Nextcloud/b/deep", "/Nextcloud/gone", "/Nextcloud/kept", "/Nextcloud/other"],
            rig.Remote.Directories.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_missing_in_the_drive_comes_again_though_its_folder_has_not_changed()
    {
        Fill(folders: 2, files: 3);
        await rig.StartWorkerAsync();
        await rig.FinishAsync(await rig.TriggerAsync());
        Forget();
        rig.Remote.Drive.TryRemove("/Nextcloud/f1/2.txt", out _);

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal((1, 5L, 1L), (rig.Remote.Fetches, document.Counts!.Identical, document.Counts.Imported));
        Assert.Equal(["/", "/f1"], rig.Remote.Listed.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("/Nextcloud/f1/2.txt", rig.Remote.Drive.Keys);
    }

    [Fact]
    public async Task What_failed_the_last_time_is_asked_for_again_and_the_rest_is_not()
    {
        Fill(folders: 3, files: 2);
        rig.Remote.OnFetch = (file, _) => file.Path.ToString() == "/f1/1.txt" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;
        await rig.StartWorkerAsync();
        Assert.Equal("partial", (await rig.FinishAsync(await rig.TriggerAsync())).Outcome);
        rig.Remote.OnFetch = (_, _) => Task.CompletedTask;
        Forget();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(("complete", 1, 5L), (document.Outcome, rig.Remote.Fetches, document.Counts!.Identical));
        Assert.Equal(["/", "/f1"], rig.Remote.Listed.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_listed_now_is_not_said_to_be_empty()
    {
        Fill(folders: 1, files: 2);
        await rig.StartWorkerAsync();
        await rig.FinishAsync(await rig.TriggerAsync());
        rig.Remote.File("/f0/new.txt");
        rig.Remote.OnList = (folder, _) => folder == "/f0" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal((0L, 1L), (document.Counts!.Gone, document.Counts.Failed));
    }

    [Theory]
    [InlineData("/f0", "/Nextcloud", "alma")]
    [InlineData("/", "/Elsewhere", "alma")]
    [InlineData("/", "/Nextcloud", "another")]
    public async Task Another_source_target_or_owner_has_nothing_earlier(string source, string target, string login)
    {
        Fill(folders: 1, files: 2);
        await rig.StartWorkerAsync();
        await rig.FinishAsync(await rig.TriggerAsync());
        var order = TriggerOrder.Read("https://nc.alma.example", login, "secret", source, target);

        var id = (await rig.Orders.TriggerAsync(Rig.Instance, order, Ct)).Id;
        await rig.FinishAsync(id);

        Assert.Null(await rig.Ledger.FindEarlierAsync(id, Ct));
    }

    [Fact]
    public async Task With_another_scope_folders_are_listed_and_files_still_known()
    {
        Fill(folders: 2, files: 2);
        await rig.StartWorkerAsync();
        await rig.FinishAsync(await rig.TriggerAsync());
        Forget();

        var order = new WishedScope([], ["1.txt"], []).AddTo(TriggerOrder.Read("https://nc.alma.example", "alma", "secret", "/", "/Nextcloud"));
        var id = (await rig.Orders.TriggerAsync(Rig.Instance, order, Ct)).Id;
        var document = await rig.FinishAsync(id);

        Assert.Equal((2L, 2L, 0L, 0), (document.Counts!.Identical, document.Counts.Excluded, document.Counts.Gone, rig.Remote.Fetches));
        Assert.Equal(3, rig.Remote.Listed.Count);
    }

    private void Fill(int folders, int files)
    {
        for (var folder = 0; folder < folders; folder++)
        {
            rig.Remote.Folder($"/f{folder}");
            for (var file = 0; file < files; file++)
            {
                rig.Remote.File($"/f{folder}/{file}.txt");
            }
        }
    }

    private void Forget()
    {
        rig.Remote.Listed.Clear();
        rig.Remote.Batches.Clear();
        rig.Remote.ForgetFetches();
    }

    private async Task<IReadOnlyList<ReportLine>> LinesAsync(string id) => await ((ILedgerReport)rig.Ledger).ReportAsync(id, new(null, null), "", 1000, Ct);
}

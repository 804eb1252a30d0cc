using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>A migration from its trigger to its end, as its document and the drive show it.</summary>
[Collection(AloneCollection.Name)]
public sealed class RunTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_whole_tree_arrives_and_every_number_is_right()
    {
        rig.Remote.File("/a.txt", 5).File("/empty.txt", 0).Folder("/Photos", 1_600_000_000).File("/Photos/50% #1?.jpg", 7)
            .Folder("/Photos/nothing here").Folder("/Photos/deep").File("/Photos/deep/b.txt", 11);
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(MigrationStatus.Completed, document.Status);
        Assert.Equal("complete", document.Outcome);
        Assert.Equal(new Progress(4, 4, 23, 23), document.Progress);
        Assert.Empty(document.Errors);
        Assert.Empty(document.Skipped);
        Assert.NotNull(document.StartedAt);
        Assert.NotNull(document.FinishedAt);
        Assert.Null(document.FailureReason);
        Assert.Equal("nc.alma.example", document.NextcloudUrl);
        Assert.Equal(
            ["/Nextcloud/Photos/50% #1?.jpg", "/Nextcloud/Photos/deep/b.txt", "/Nextcloud/a.txt", "/Nextcloud/empty.txt"],
            rig.Remote.Drive.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(1_600_000_000, rig.Remote.Directories["/Nextcloud/Photos"]);
        Assert.Contains("/Nextcloud/Photos/nothing here", rig.Remote.Directories.Keys);
    }

    [Fact]
    public async Task A_part_of_the_source_arrives_below_the_target_itself()
    {
        rig.Remote.Folder("/Photos").Folder("/Photos/2024").File("/Photos/2024/a.jpg").File("/not-this.txt");
        await rig.StartWorkerAsync();

        await rig.FinishAsync(await rig.TriggerAsync("/Photos/", "/From elsewhere/Nextcloud"));

        Assert.Equal(["/From elsewhere/Nextcloud/2024/a.jpg"], rig.Remote.Drive.Keys);
    }

    [Fact]
    public async Task A_file_that_fails_at_first_is_tried_again()
    {
        rig.Remote.File("/a.txt");
        var tries = 0;
        rig.Remote.OnFetch = (_, _) => ++tries < 4 ? throw new FaultException(Fault.Unavailable, "maintenance") : Task.CompletedTask;
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal("complete", document.Outcome);
        Assert.Equal(4, tries);
    }

    [Fact]
    public async Task A_file_and_a_folder_that_fail_until_the_end_get_a_second_chance_there()
    {
        rig.Remote.File("/a.txt").Folder("/folder").File("/folder/b.txt").File("/forbidden.txt");
        var (tries, listings, forbidden) = (0, 0, 0);
        rig.Remote.OnFetch = (file, _) => file.Path.Name switch
        {
            "a.txt" when ++tries <= rig.Options.Attempts => throw new FaultException(Fault.Locked, "locked"),
            "forbidden.txt" when ++forbidden > 0 => throw new FaultException(Fault.Forbidden, "not for you"),
            _ => Task.CompletedTask,
        };
        rig.Remote.OnList = (path, _) =>
            path == "/folder" && ++listings <= rig.Options.Attempts ? throw new FaultException(Fault.BadGateway, "cut") : Task.CompletedTask;
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal("partial", document.Outcome);
        Assert.Equal("/forbidden.txt", Assert.Single(document.Errors).Path);
        Assert.Equal((rig.Options.Attempts + 1, 1), (tries, forbidden));
        Assert.Equal(new Progress(2, 3, 20, 30), document.Progress);
    }

    [Fact]
    public async Task A_file_that_never_arrives_is_an_error_and_ends_nothing()
    {
        rig.Remote.File("/bad.txt", 3).File("/good.txt", 4).File("/forbidden.txt", 5);
        rig.Remote.OnFetch = (file, _) => file.Path.Name switch
        {
            "bad.txt" => throw new FaultException(Fault.BadGateway, "the connection broke"),
            "forbidden.txt" => throw new FaultException(Fault.Forbidden, "not for you"),
            _ => Task.CompletedTask,
        };
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal((MigrationStatus.Completed, "partial"), (document.Status, document.Outcome));
        Assert.Equal(new Progress(1, 3, 4, 12), document.Progress);
        Assert.Equal(
            [("/bad.txt", "the connection broke"), ("/forbidden.txt", "not for you")],
            document.Errors.Select(error => (error.Path, error.Message)).Order());
        Assert.Equal((2 * 4) + 1 + 1, rig.Remote.Fetches);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_one_error_and_the_rest_arrives()
    {
        rig.Remote.Folder("/broken").File("/broken/a.txt").Folder("/fine").File("/fine/b.txt");
        rig.Remote.OnList = (path, _) => path == "/broken" ? throw new FaultException(Fault.BadGateway, "HTML where XML is due") : Task.CompletedTask;
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal((MigrationStatus.Completed, "partial"), (document.Status, document.Outcome));
        Assert.Equal("/broken", Assert.Single(document.Errors).Path);
        Assert.Equal(["/Nextcloud/fine/b.txt"], rig.Remote.Drive.Keys);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_one_error()
    {
        rig.Remote.Folder("/taken").File("/taken/a.txt").File("/b.txt");
        rig.Remote.OnMakeDirectory = path =>
            path == "/Nextcloud/taken" ? throw new FaultException(Fault.Conflict, "a file has this name") : Task.CompletedTask;
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(("/taken", "a file has this name"), (Assert.Single(document.Errors).Path, document.Errors[0].Message));
        Assert.Equal(["/Nextcloud/b.txt"], rig.Remote.Drive.Keys);
    }

    [Fact]
    public async Task A_listing_that_breaks_half_way_is_listed_again_and_nothing_counts_twice()
    {
        rig.Remote.File("/a.txt", 1).File("/b.txt", 2).File("/c.txt", 3);
        var broken = false;
        rig.Remote.OnList = (_, sent) =>
        {
            if (sent != 2 || broken)
            {
                return Task.CompletedTask;
            }

            broken = true;
            rig.Remote.Change("/a.txt", 100);
            throw new FaultException(Fault.BadGateway, "cut");
        };
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.True(broken);
        Assert.Equal(new Progress(3, 3, 105, 105), document.Progress);
    }

    [Fact]
    public async Task Files_that_are_there_or_have_to_be_renamed_count_as_imported()
    {
        rig.Remote.File("/same.txt", 4).File("/other.txt", 5);
        rig.Remote.Drive["/Nextcloud/other.txt"] = new("x", CleanPath.Exact("/other.txt")!, false, 1, "", null);
        await rig.StartWorkerAsync();

        var first = await rig.FinishAsync(await rig.TriggerAsync());
        var second = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(new RenamedFile("/other.txt", "other.txt (2)"), Assert.Single(first.Renamed));
        Assert.Equal(1, first.RenamedCount);
        Assert.All([first, second], document =>
        {
            Assert.Equal(new Progress(2, 2, 9, 9), document.Progress);
            Assert.Empty(document.Skipped);
            Assert.Equal("complete", document.Outcome);
        });
        Assert.All(rig.Remote.Moved.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task Of_too_many_errors_the_oldest_are_kept_and_the_others_counted()
    {
        for (var i = 0; i < 1100; i++)
        {
            rig.Remote.File($"/{i:0000}");
        }

        rig.Options.FilesPerMigration = 1;
        rig.Remote.OnFetch = (_, _) => throw new FaultException(Fault.Forbidden, "no");
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal((1000, 100), (document.Errors.Count, document.ErrorsTruncatedCount));
        Assert.Equal("/0000", document.Errors[0].Path);
    }

    [Fact]
    public async Task Progress_is_written_while_it_runs_and_never_goes_back()
    {
        for (var i = 0; i < 60; i++)
        {
            rig.Remote.Folder($"/{i}").File($"/{i}/a").File($"/{i}/b");
        }

        using var gate = new SemaphoreSlim(0);
        rig.Remote.OnFetch = (_, ct) => gate.WaitAsync(ct);
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();

        var seen = new List<TrackingDocument>();
        for (var let = 30; let <= 120; let += 30)
        {
            gate.Release(30);
            await rig.UntilAsync(id, document =>
            {
                seen.Add(document);
                return document.Progress.FilesImported == let;
            });
        }

        await rig.FinishAsync(id);
        Assert.All(seen.Zip(seen.Skip(1)), pair =>
        {
            Assert.True(pair.First.Progress.FilesImported <= pair.Second.Progress.FilesImported);
            Assert.True(pair.First.Progress.BytesImported <= pair.Second.Progress.BytesImported);
            Assert.True(pair.Second.Progress.BytesImported <= pair.Second.Progress.BytesTotal);
            Assert.True(pair.First.LastHeartbeatAt is null || pair.First.LastHeartbeatAt <= pair.Second.LastHeartbeatAt);
        });
    }

    [Fact]
    public async Task Twenty_thousand_files_pass_through_a_bounded_memory()
    {
        for (var folder = 0; folder < 20; folder++)
        {
            rig.Remote.Folder($"/{folder}");
            for (var file = 0; file < 1000; file++)
            {
                rig.Remote.File($"/{folder}/{file}", 1);
            }
        }

        rig.Options.FilesPerMigration = 8;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        var fetched = 0;
        rig.Remote.OnFetch = (_, _) =>
        {
            if (Interlocked.Increment(ref fetched) % 4000 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }

            return Task.CompletedTask;
        };
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(new Progress(20_000, 20_000, 20_000, 20_000), document.Progress);

        // The fake drive itself grows by some 5 MB.
        Assert.InRange(most, 0, 30_000_000);
    }
}

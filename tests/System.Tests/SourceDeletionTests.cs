using System.Text;
using System.Text.Json.Nodes;
using Bridge;
using Bridge.Demo;
using StandIn;

namespace SystemTests;

/// <summary>delete-source from the user's request to the Nextcloud itself: a stand-in, and a real one where it is named.</summary>
public sealed class SourceDeletionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_what_is_safe_unchanged_and_the_users_own_goes_to_the_trash()
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        var tree = nextcloud.Tree;
        tree.AddFile("/old.txt", "old"u8);
        tree.Delete(tree.Find("old.txt")!);
        foreach (var path in new[] { "/Docs/a.txt", "/Docs/sub/a.txt", "/changed.txt", "/race.txt", "/shared/x.txt", "/mine/x.txt" })
        {
            tree.AddFile(path, Encoding.UTF8.GetBytes(path));
        }

        tree.Find("shared")!.ReadOnly = true;
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        using var cozy = await bridge.AddInstanceAsync("alma", Ct);
        var id = await MigrateAsync(cozy, SourceOf(nextcloud));
        tree.AddFile("/changed.txt", "newer"u8);
        tree.AddFile("/mine/later.txt", "later"u8);
        using var race = nextcloud.Next(request => request.Is("DELETE", "race.txt"), (_, usual) =>
        {
            tree.AddFile("/race.txt", "written in the last moment"u8);
            return usual();
        });

        await DeleteSourceAsync(cozy, id);
        var document = await cozy.GetMigrationAsync(id, Ct);

        Assert.Equal(["/changed.txt", "/mine/later.txt", "/race.txt", "/shared/x.txt"], Files(tree));
        Assert.False(tree.Exists("/Docs"));
        Assert.Equal(["Docs", "a.txt", "a.txt", "old.txt", "sub", "x.txt"], tree.Trash.Select(item => item.Node.Name).Order(StringComparer.Ordinal));
        Assert.Equal(tree.Trash.Count, tree.Trash.Select(item => item.Key).Distinct().Count());
        Assert.All(nextcloud.Requests.Where(request => request.Method == "DELETE" && request.Name.EndsWith(".txt", StringComparison.Ordinal)),
            request => Assert.True(request.Headers.ContainsKey("If-Match"), request.Target));
        Assert.DoesNotContain(nextcloud.Requests, request => request.Method == "DELETE" && request.Target.Contains("trashbin", StringComparison.Ordinal));
        Assert.Equal(("completed", 5, 5), (
            (string)document["source_deletion"]!["status"]!, (int)document["source_deletion"]!["deleted"]!, (int)document["source_deletion"]!["kept"]!));
        Assert.NotNull(document["source_deleted_at"]);
    }

    [Fact]
    public async Task Killed_in_the_middle_and_started_again_it_goes_on_by_itself()
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        for (var n = 0; n < 20; n++)
        {
            nextcloud.Tree.AddFile($"/folder/{n}.txt", Encoding.UTF8.GetBytes($"{n}"));
        }

        await using var bridge = await BridgeProcess.StartAsync(Ct);
        using var cozy = await bridge.AddInstanceAsync("alma", Ct);
        var id = await MigrateAsync(cozy, SourceOf(nextcloud));
        var (reached, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        var deletions = 0;
        using var hangs = nextcloud.Always(request => request.Method == "DELETE", async (_, usual) =>
        {
            if (Interlocked.Increment(ref deletions) > 8)
            {
                reached.TrySetResult();
                await go.Task;
            }

            await usual();
        });

        var asked = DeleteSourceAsync(cozy, id);
        await reached.Task.WaitAsync(Ct);
        await bridge.Process.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => asked);
        Assert.Equal(12, Files(nextcloud.Tree).Count());
        go.SetResult();
        await bridge.StartAgainAsync(Ct);
        var document = await UntilAsync(cozy, id, migration => migration["source_deleted_at"] is not null);

        Assert.Equal((21, 0), ((int)document["source_deletion"]!["deleted"]!, (int)document["source_deletion"]!["kept"]!));
        Assert.False(nextcloud.Tree.Exists("/folder"));
        Assert.Equal(21, nextcloud.Tree.Trash.Count);
    }

    [Fact]
    public async Task A_folder_of_a_real_Nextcloud_is_deleted_and_nothing_beside_it()
    {
        var source = await MigrationSource.OfNextcloudAsync(SampleTree.Make(20), Ct);
        Assert.SkipWhen(source is null, MigrationSource.NoNextcloud);
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        using var cozy = await bridge.AddInstanceAsync("alma", Ct);
        using var admin = bridge.Admin();
        var account = await admin.AddAccountAsync(bridge.Domain("alma"), source.Url, source.User, source.Password, Ct);
        var id = await MigrateAsync(cozy, source);
        var before = await NamesAsync();

        await DeleteSourceAsync(cozy, id);
        var document = await UntilAsync(cozy, id, migration => migration["source_deleted_at"] is not null);

        Assert.Equal(0, (int)document["source_deletion"]!["kept"]!);
        Assert.Equal(before.Where(name => name != source.Folder[1..]), await NamesAsync());

        async Task<IReadOnlyList<string>> NamesAsync() =>
            [.. (await cozy.GetAsync($"/remote/nextcloud/{account}/", Ct))["data"]!.AsArray().Select(entry => (string)entry!["attributes"]!["name"]!)];
    }

    private static MigrationSource SourceOf(StandInNextcloud nextcloud) =>
        new(nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.User.Password, "/", SampleTree.Make(1));

    private static async Task<string> MigrateAsync(CozyClient cozy, MigrationSource source)
    {
        var id = await cozy.StartMigrationAsync(source.Url, source.User, source.Password, source.Folder, "/Moved here", Ct);
        var end = await UntilAsync(cozy, id, migration => (string)migration["status"]! is not ("pending" or "running"));
        Assert.True((string)end["status"]! == "completed" && (string)end["outcome"]! == "complete", end.ToJsonString());
        return id;
    }

    private static Task DeleteSourceAsync(CozyClient cozy, string id) =>
        cozy.SendAsync(HttpMethod.Post, $"/remote/nextcloud/migration/{id}/delete-source", null, Ct);

    private static async Task<JsonNode> UntilAsync(CozyClient cozy, string id, Func<JsonNode, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var migration = await cozy.GetMigrationAsync(id, Ct);
            if (condition(migration))
            {
                return migration;
            }

            await timer.WaitForNextTickAsync(Ct);
        }
    }

    private static IEnumerable<string> Files(StandInTree tree) => FilesIn(tree, (FolderNode)tree.Find()!, "").Order(StringComparer.Ordinal);

    private static IEnumerable<string> FilesIn(StandInTree tree, FolderNode folder, string path) => tree.ChildrenOf(folder).SelectMany(node =>
        node is FolderNode inner ? FilesIn(tree, inner, $"{path}/{node.Name}") : [$"{path}/{node.Name}"]);
}

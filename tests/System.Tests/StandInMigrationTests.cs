using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Bridge;
using Shared.Faults;
using StandIn;

namespace SystemTests;

/// <summary>Whole migrations from a Nextcloud that can be looked into: what was asked of it, and what is left behind.</summary>
public sealed class StandInMigrationTests : IAsyncLifetime
{
    private const int Resumable = 1000;

    private readonly Dictionary<string, byte[]> content = [];
    private StandInNextcloud nextcloud = null!;
    private BridgeProcess bridge = null!;
    private CozyClient cozy = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        nextcloud = await StandInNextcloud.StartAsync();
        bridge = await BridgeProcess.StartAsync(new Dictionary<string, string> { ["Migration__RetryDelay"] = "00:00:00.1" }, Ct);
        cozy = await bridge.AddInstanceAsync("alma", Ct);
    }

    public async ValueTask DisposeAsync()
    {
        cozy.Dispose();
        await bridge.DisposeAsync();
        await nextcloud.DisposeAsync();
    }

    [Fact]
    public async Task Names_that_are_routes_or_escapes_elsewhere_arrive_as_they_are()
    {
        string[] paths =
        [
            "/trash/a.txt", "/trash/trash/b.txt", "/size/c.txt", "/migration/d.txt", "/50%.txt", "/a%20b.txt", "/100%2525/e.txt",
            "/a+b & c;d=e,f.txt", "/ leading and trailing /g.txt", "/what?#.txt",
        ];
        foreach (var path in paths)
        {
            Add(path, RandomNumberGenerator.GetBytes(100));
        }

        await AssertWholeAsync(await UntilAsync(await TriggerAsync(), IsOver));
    }

    [Fact]
    public async Task A_cancel_in_the_middle_of_a_large_file_leaves_nothing_of_it()
    {
        Add("/first.txt", RandomNumberGenerator.GetBytes(100));
        Add("/large.bin", RandomNumberGenerator.GetBytes(30_000_000));
        var never = new TaskCompletionSource();
        using var hangs = nextcloud.Always(request => request.Is("GET", "large.bin"), Misbehave.CutAfter(20_000_000, never.Task));
        var id = await TriggerAsync();
        await UntilAsync(id, migration => migration["progress"]!["files_imported"]!.GetValue<int>() == 1);
        await hangs.Happened.WaitAsync(Ct);
        await WaitForIncomingAsync(bytes => bytes > 10_000_000);

        await cozy.SendAsync(HttpMethod.Post, $"/remote/nextcloud/migration/{id}/cancel", null, Ct);
        var end = await UntilAsync(id, IsOver);

        Assert.Equal("canceled", (string?)end["status"]);
        await WaitForIncomingAsync(bytes => bytes == 0);
        Assert.Equal(1, await cozy.CountFilesAsync("/Moved", Ct));
        Assert.Null(await cozy.StatAsync("/Moved/large.bin", Ct));
    }

    [Fact]
    public async Task A_large_file_shows_how_much_of_it_is_here_long_before_its_end()
    {
        Add("/large.bin", RandomNumberGenerator.GetBytes(30_000_000));
        var cut = new TaskCompletionSource();
        using var hangs = nextcloud.Next(request => request.Is("GET", "large.bin"), Misbehave.CutAfter(20_000_000, cut.Task));
        var id = await TriggerAsync();

        var half = await UntilAsync(id, migration => migration["progress"]!["bytes_in_flight"] is { } bytes && (long)bytes > 10_000_000);
        cut.SetResult();
        var end = await UntilAsync(id, IsOver);

        Assert.InRange((long)half["progress"]!["bytes_in_flight"]!, 10_000_000, 20_000_000);
        Assert.Equal(0, (long)half["progress"]!["bytes_imported"]!);
        Assert.True(hangs.Happened.IsCompleted);
        await AssertWholeAsync(end);
        Assert.Null(end["progress"]!["bytes_in_flight"]);
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_large_file_it_goes_on_after_the_last_part_that_is_safe()
    {
        const int part = 1_000_000;
        Add("/large.bin", RandomNumberGenerator.GetBytes(30 * part));
        bridge.Environment["Transfers__SmallestInParts"] = bridge.Environment["Transfers__PartSize"] = $"{part}";
        bridge.Environment[FaultPoint.Variable] = $"{FaultPoint.PartStored}:20";
        await bridge.Process.TerminateAsync(Ct);
        await bridge.StartAgainAsync(Ct);
        var id = await TriggerAsync();
        await bridge.Process.EndedAsync(Ct);
        bridge.Environment.Remove(FaultPoint.Variable);
        await bridge.StartAgainAsync(Ct);

        await AssertWholeAsync(await UntilAsync(id, IsOver));

        var ranges = nextcloud.Requests.Where(request => request.Is("GET", "large.bin")).Select(request => request.Headers.GetValueOrDefault("Range"));
        Assert.Equal([null, $"bytes={(20 * part) - (64 * 1024)}-"], ranges);
    }

    [Fact]
    public async Task Killed_at_nine_tenths_it_asks_for_little_more_than_the_last_tenth()
    {
        for (var i = 0; i < Resumable; i++)
        {
            Add($"/folder {i % 10}/{i}.txt", [(byte)i, (byte)(i >> 8), 1]);
        }

        var (answered, never) = (0, new TaskCompletionSource());
        var hangs = nextcloud.Always(request => IsDownload(request) && ++answered > Resumable * 9 / 10, Misbehave.Wait(never.Task));
        var id = await TriggerAsync();
        await UntilAsync(id, migration => migration["progress"]!["files_imported"]!.GetValue<int>() == Resumable * 9 / 10);
        await bridge.Process.KillAsync();
        hangs.Dispose();
        var asked = nextcloud.Requests.Count;
        await bridge.StartAgainAsync(Ct);

        await AssertWholeAsync(await UntilAsync(id, IsOver));
        var requests = nextcloud.Requests.Count - asked;
        TestContext.Current.TestOutputHelper?.WriteLine($"{requests} requests for {Resumable / 10} files");
        Assert.InRange(requests, Resumable / 10, (Resumable / 10) + 10);
    }

    [Fact]
    public async Task Once_more_it_costs_as_many_requests_as_folders_have_changed_and_a_renamed_folder_moves_without_a_byte()
    {
        for (var i = 0; i < 300; i++)
        {
            Add($"/folder {i % 30}/sub/{i}.txt", [(byte)i, (byte)(i >> 8)]);
        }

        await AssertWholeAsync(await UntilAsync(await TriggerAsync(), IsOver));
        Assert.InRange((await AgainAsync()).Count, 1, 6);

        Add("/folder 7/sub/new.txt", [7]);
        Assert.InRange((await AgainAsync()).Count, 1, 10);

        nextcloud.Tree.Move(nextcloud.Tree.Find("folder 9")!, ["renamed"]);
        foreach (var path in content.Keys.Where(path => path.StartsWith("/folder 9/", StringComparison.Ordinal)).ToList())
        {
            content.Remove(path, out var bytes);
            content["/renamed" + path["/folder 9".Length..]] = bytes!;
        }

        var requests = await AgainAsync();
        Assert.InRange(requests.Count, 1, 10);
        Assert.DoesNotContain(requests, IsDownload);
        Assert.Null(await cozy.StatAsync("/Moved/folder 9", Ct));
    }

    private async Task<IReadOnlyList<SeenRequest>> AgainAsync()
    {
        var before = nextcloud.Requests.Count;
        var end = await UntilAsync(await TriggerAsync(), IsOver);
        var requests = nextcloud.Requests.Skip(before).ToList();
        await AssertWholeAsync(end);
        return requests;
    }

    private static bool IsDownload(SeenRequest request) => request.Method == "GET" && request.Name.EndsWith(".txt", StringComparison.Ordinal);

    private Task<string> TriggerAsync() => cozy.StartMigrationAsync(nextcloud.Url.ToString(), "standin", "standin-password-9X", "/", "/Moved", Ct);

    private static bool IsOver(JsonNode migration) => migration["status"]!.GetValue<string>() is "completed" or "failed" or "canceled";

    private async Task<JsonNode> UntilAsync(string id, Func<JsonNode, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var migration = await cozy.GetMigrationAsync(id, Ct);
            if (condition(migration))
            {
                return migration;
            }

            Assert.False(IsOver(migration), migration.ToJsonString());
            await timer.WaitForNextTickAsync(Ct);
        }
    }

    /// <summary>Waits for the bytes of uploads that have not ended.</summary>
    private async Task WaitForIncomingAsync(Func<long, bool> condition)
    {
        var incoming = Directory.GetDirectories(bridge.Data, "incoming", SearchOption.AllDirectories);
        Assert.NotEmpty(incoming);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition(incoming.Sum(folder => new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length))))
        {
            await timer.WaitForNextTickAsync(Ct);
        }
    }

    private async Task AssertWholeAsync(JsonNode end)
    {
        Assert.True((string?)end["outcome"] == "complete", end.ToJsonString());
        foreach (var (path, bytes) in content)
        {
            await using var stored = await cozy.DownloadAsync("/Moved" + path, Ct);
            Assert.True((await SHA256.HashDataAsync(stored, Ct)).AsSpan().SequenceEqual(SHA256.HashData(bytes)), $"{path} has other bytes");
        }

        Assert.Equal(content.Count, await cozy.CountFilesAsync("/Moved", Ct));
    }

    private void Add(string path, byte[] bytes)
    {
        content[path] = bytes;
        nextcloud.Tree.AddFile(path, bytes);
    }
}

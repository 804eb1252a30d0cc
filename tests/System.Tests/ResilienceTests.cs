using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bridge;
using Bridge.Demo;
using Microsoft.AspNetCore.Http;
using Shared.Faults;
using StandIn;

namespace SystemTests;

/// <summary>Whole migrations while the network, the Nextcloud or our own process fails: every byte arrives, once, or is waited for.</summary>
public sealed class ResilienceTests : IAsyncLifetime
{
    private const int Files = 40;
    private const int Folders = 20;
    private const int BigSize = 3_000_000;

    private readonly Dictionary<string, byte[]> content = [];
    private StandInNextcloud nextcloud = null!;

    public static TheoryData<string> Points => [.. FaultPoint.All];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        nextcloud = await StandInNextcloud.StartAsync();
        for (var i = 0; i < Files; i++)
        {
            Add($"/folder {i % Folders}/file {i}.txt", RandomNumberGenerator.GetBytes(2000 + i));
        }

        for (var i = 0; i < 3; i++)
        {
            Add($"/big {i}.bin", RandomNumberGenerator.GetBytes(BigSize + i));
        }
    }

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task Every_fault_of_the_wire_is_survived_and_every_byte_arrives_once()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BRIDGE_FAULT_SEED"), out var wished) ? wished : Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var proxy = new FaultProxy(nextcloud.Url);
        var faults = WireFault.OneOfEach(request => request.StartsWith("GET ", StringComparison.Ordinal) && request.Contains("/dav/", StringComparison.Ordinal), random, Files / 2, "GET")
            .Concat(WireFault.OneOfEach(request => request.StartsWith("PROPFIND ", StringComparison.Ordinal), random, Folders / 2, "PROPFIND"))
            .Append(PageOfTheSameLength("/folder 7/file 7.txt"))
            .Select(proxy.Add).ToList();
        await using var bridge = await StartAsync(("Migration__Verify", "all"));
        using var cozy = await bridge.AddInstanceAsync("alma", Ct);

        var end = await UntilAsync(cozy, await TriggerAsync(cozy, proxy.Url), IsOver);

        await AssertWholeAsync(cozy, end);
        Assert.Equal(content.Count, end["counts"]!["verified"]!["hash"]!.GetValue<int>());
        Assert.Empty(faults.Where(fault => !fault.Happened).Select(fault => fault.Name));
        Assert.InRange(proxy.Requests.Count(request => request.StartsWith("GET ", StringComparison.Ordinal) && request.Contains("/dav/", StringComparison.Ordinal)), content.Count, content.Count * 3);
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_process_that_ends_at_the_worst_moment_leaves_what_the_next_one_finishes(string point)
    {
        await using var bridge = await StartAsync();
        using var cozy = await bridge.AddInstanceAsync("alma", Ct);
        using var maintenance = point == FaultPoint.WaitWritten ? Maintain() : null;
        bridge.Environment[FaultPoint.Variable] = point;
        await bridge.Process.TerminateAsync(Ct);
        await bridge.StartAgainAsync(Ct);

        // The answer to the trigger may end with the process.
        await Task.WhenAny(TriggerAsync(cozy, nextcloud.Url));
        await bridge.Process.EndedAsync(Ct);
        maintenance?.Dispose();

        bridge.Environment.Remove(FaultPoint.Variable);
        await bridge.StartAgainAsync(Ct);
        var all = await cozy.GetAsync("/data/io.cozy.nextcloud.migrations/_all_docs", Ct);
        var end = await UntilAsync(cozy, Assert.Single(all["rows"]!.AsArray())!["id"]!.GetValue<string>(), IsOver);

        await AssertWholeAsync(cozy, end);
        var fetched = nextcloud.Requests.Where(request => request.Method == "GET" && request.Target.Contains("/dav/", StringComparison.Ordinal)).GroupBy(request => request.Name);
        Assert.All(fetched, file => Assert.InRange(file.Count(), 1, 3));
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_hands_over_at_once()
    {
        await using var bridge = await StartAsync(("Migration__Lease", "01:00:00"), ("Migration__LeaseRenewal", "00:10:00"));
        using var cozy = await bridge.AddInstanceAsync("alma", Ct);
        var never = new TaskCompletionSource();
        using var hangs = nextcloud.Always(request => request.Is("GET", "big 1.bin"), Misbehave.Wait(never.Task));
        var id = await TriggerAsync(cozy, nextcloud.Url);
        await hangs.Happened.WaitAsync(Ct);

        await bridge.Process.TerminateAsync(Ct);
        hangs.Dispose();
        await bridge.StartAgainAsync(Ct);

        // Its lease would have kept others off for an hour.
        await AssertWholeAsync(cozy, await UntilAsync(cozy, id, IsOver));
    }

    [Fact]
    public async Task A_password_that_is_revoked_on_the_way_is_tried_few_times_and_a_new_one_goes_on()
    {
        await using var bridge = await StartAsync();
        using var cozy = await bridge.AddInstanceAsync("alma", Ct);
        using var revoked = nextcloud.Next(request => request.Is("GET", "file 20.txt"), Misbehave.After(() => nextcloud.Password = "another-9X"));
        var id = await TriggerAsync(cozy, nextcloud.Url);

        await UntilAsync(cozy, id, migration => (string?)migration["waiting_for"]?["reason"] == "credentials");
        var (bad, requests) = (nextcloud.BadLogins, nextcloud.Requests.Count);
        Assert.Equal(1, revoked.Times);
        Assert.InRange(bad, 2, 8);

        await Assert.ThrowsAsync<HttpRequestException>(() => RenewAsync(cozy, id, nextcloud.User.Password));
        Assert.Equal((bad, requests), (nextcloud.BadLogins, nextcloud.Requests.Count));
        await RenewAsync(cozy, id, nextcloud.Password);
        await AssertWholeAsync(cozy, await UntilAsync(cozy, id, IsOver));
        Assert.Equal(bad, nextcloud.BadLogins);
    }

    [Fact]
    public async Task Maintenance_on_the_way_is_waited_for_and_files_are_asked_for_no_more_meanwhile()
    {
        await using var bridge = await StartAsync();
        using var cozy = await bridge.AddInstanceAsync("alma", Ct);
        using var begins = nextcloud.Next(request => request.Is("GET", "file 20.txt"), Misbehave.HangUp());
        var id = await TriggerAsync(cozy, nextcloud.Url);
        await begins.Happened.WaitAsync(Ct);
        using (Maintain())
        {
            await UntilAsync(cozy, id, migration => (string?)migration["waiting_for"]?["reason"] == "maintenance");
            var asked = Asked();
            var looks = nextcloud.Requests.Count(request => request.Name == "status.php");
            await UntilAsync(cozy, id, _ => nextcloud.Requests.Count(request => request.Name == "status.php") > looks + 2);
            Assert.Equal(asked, Asked());
        }

        await AssertWholeAsync(cozy, await UntilAsync(cozy, id, IsOver));

        int Asked() => nextcloud.Requests.Count(request => request.Target.Contains("/dav/", StringComparison.Ordinal));
    }

    private static Task<BridgeProcess> StartAsync(params (string Name, string Value)[] more) => BridgeProcess.StartAsync(
        new Dictionary<string, string>
        {
            ["Transfers__SmallestInParts"] = "1000000",
            ["Transfers__PartSize"] = "1000000",
            ["Migration__RetryDelay"] = "00:00:00.05",

            // Nearly all faults of a kind may fall on one question, one after the other.
            ["Migration__Attempts"] = "12",
            ["Migration__WaitLook"] = "00:00:00.2",
            ["Migration__LongestWaitLook"] = "00:00:00.5",
        }.Concat(more.ToDictionary(setting => setting.Name, setting => setting.Value)).ToDictionary(),
        Ct);

    private static Task<string> TriggerAsync(CozyClient cozy, Uri source) =>
        cozy.StartMigrationAsync(source.ToString(), "standin", "standin-password-9X", "/", "/Moved", Ct);

    private static Task RenewAsync(CozyClient cozy, string id, string password) => cozy.SendAsync(
        HttpMethod.Put, $"/remote/nextcloud/migration/{id}/credentials", JsonContent.Create(new JsonObject { ["nextcloud_app_password"] = password }), Ct);

    private static bool IsOver(JsonNode migration) => migration["status"]!.GetValue<string>() is "completed" or "failed" or "canceled";

    private static async Task<JsonNode> UntilAsync(CozyClient cozy, string id, Func<JsonNode, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var migration = await cozy.GetMigrationAsync(id, Ct);
            if (condition(migration))
            {
                return migration;
            }

            Assert.False(IsOver(migration), migration.ToJsonString());
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(60), migration.ToJsonString());
            await timer.WaitForNextTickAsync(Ct);
        }
    }

    private async Task AssertWholeAsync(CozyClient cozy, JsonNode end)
    {
        Assert.True((string?)end["outcome"] == "complete", end.ToJsonString());
        Assert.Null(end["waiting_for"]);
        Assert.Equal(content.Count, end["progress"]!["files_imported"]!.GetValue<int>());
        Assert.Equal(content.Values.Sum(bytes => bytes.Length), end["progress"]!["bytes_imported"]!.GetValue<long>());
        foreach (var (path, bytes) in content)
        {
            await using var stored = await cozy.DownloadAsync("/Moved" + path, Ct);
            var hash = await SHA256.HashDataAsync(stored, Ct);
            Assert.True(hash.AsSpan().SequenceEqual(SHA256.HashData(bytes)), $"{path} has other bytes");
        }

        Assert.Equal(content.Count, await cozy.CountFilesAsync("/Moved", Ct));
    }

    /// <summary>Nothing but the file's hash tells it from the file.</summary>
    private WireFault PageOfTheSameLength(string path) => new(
        "GET page of the same length",
        request => request.StartsWith("GET ", StringComparison.Ordinal) && request.Contains(path.Replace(" ", "%20", StringComparison.Ordinal), StringComparison.Ordinal),
        0)
    {
        HidesLength = true,
        CutAfter = 0,
        Tail = Encoding.ASCII.GetBytes("<!DOCTYPE html><html><body>Service temporarily unavailable".PadRight(content[path].Length)),
    };

    private ScriptedFault Maintain() => nextcloud.Always(
        request => request.Name == "status.php" || request.Target.Contains("/dav/", StringComparison.Ordinal),
        (context, _) =>
        {
            var isStatus = context.Request.Path.Value!.EndsWith("status.php", StringComparison.Ordinal);
            context.Response.StatusCode = isStatus ? 200 : 503;
            context.Response.ContentType = isStatus ? "application/json" : "application/xml";
            return context.Response.WriteAsync(isStatus ? """{"installed":true,"maintenance":true}""" : "<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\"><s:exception>Sabre\\DAV\\Exception\\ServiceUnavailable</s:exception><s:message>System is in maintenance mode.</s:message></d:error>", Ct);
        });

    private void Add(string path, byte[] bytes)
    {
        content[path] = bytes;
        nextcloud.Tree.AddFile(path, bytes);
    }
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using StandIn;

namespace SystemTests.Operations;

/// <summary>What stands in the log of a day's work, and what does not.</summary>
public sealed class LogTests
{
    // In every name, path, login and password of the session.
    private const string Canary = "canary";

    [Fact]
    public async Task A_days_work_is_told_in_events_of_stable_names_without_a_path_a_name_or_a_secret()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await StandInNextcloud.StartAsync(new("canary-login", "canary-password-9X", "canary-id"));
        nextcloud.Tree.AddFile("canary-folder/canary-file.txt", "bytes"u8.ToArray());
        nextcloud.Tree.AddFile("canary-folder/canary-forbidden.txt", "bytes"u8.ToArray());
        using var forbidden = nextcloud.Always(request => request.Is("GET", "canary-forbidden.txt"), Misbehave.Exception(403, "Forbidden", "canary-forbidden.txt"));
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string> { ["Logging__Json"] = "true" }, ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        using var admin = bridge.Admin();
        var token = await admin.CliTokenAsync(bridge.Domain("alma"), ["io.cozy.files"], ct);
        var password = (await admin.AddAppPasswordAsync(bridge.Domain("alma"), "canary-app", ct)).Trim();

        var folder = await alma.MakeDirectoryAsync("/canary-directory", ct);
        await alma.UploadAsync(folder, "canary-upload.txt", new MemoryStream("bytes"u8.ToArray()), 5, ct);
        await using (var body = await alma.DownloadAsync("/canary-directory/canary-upload.txt", ct))
        {
            await body.CopyToAsync(Stream.Null, ct);
        }

        await SyncAsync(bridge, password, ct);
        await SyncAsync(bridge, "canary-wrong", ct);
        var id = await alma.StartMigrationAsync(nextcloud.Url.ToString(), "canary-login", nextcloud.Password, "/canary-folder", "/canary-target", ct);
        await Migration.Tests.Fakes.Eventually.GetAsync(() => alma.GetMigrationAsync(id, ct), migration => (string)migration["status"]! == "completed");
        await bridge.Process.TerminateAsync(ct);

        var lines = bridge.Process.Output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.All(lines, line => Assert.True((string?)line["event"] is { Length: > 0 }, line.ToJsonString()));
        Assert.All(lines, line => Assert.True((DateTimeOffset)line["time"]! > DateTimeOffset.UnixEpoch && line["level"] is not null && line["message"] is not null));
        var events = lines.Select(line => (string)line["event"]!).ToList();
        Assert.Contains("migration.triggered", events);
        Assert.Contains("migration.taken", events);
        var ended = Assert.Single(lines, line => (string?)line["event"] == "migration.completed");
        Assert.Equal(id, (string?)ended["fields"]!["Id"]);
        Assert.Contains(lines, line => ((string?)line["trace_id"])?.Length == 32);

        Assert.DoesNotContain(lines, line => line.ToJsonString().Contains(Canary, StringComparison.OrdinalIgnoreCase));
        Assert.All([token, password, nextcloud.Password, bridge.AdminSecret], secret => Assert.DoesNotContain(secret, bridge.Process.Output, StringComparison.Ordinal));
    }

    private static async Task SyncAsync(BridgeProcess bridge, string password, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = bridge.Address };
        http.DefaultRequestHeaders.Host = bridge.Domain("alma");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"alma:{password}")));
        const string Folder = "/remote.php/dav/files/alma/canary-dav/";
        foreach (var (method, path) in new[] { ("MKCOL", Folder), ("PUT", Folder + "canary.txt"), ("PROPFIND", Folder), ("GET", Folder + "canary.txt"), ("DELETE", Folder + "canary.txt") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "PUT" ? new ByteArrayContent("canary"u8.ToArray()) : null };
            using var answer = await http.SendAsync(request, ct);
        }
    }
}

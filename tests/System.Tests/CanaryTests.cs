using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using StandIn;

namespace SystemTests;

/// <summary>Secrets with names of their own go through everything that the bridge does; then all that it wrote is searched for them.</summary>
public sealed class CanaryTests
{
    private const string Password = "canary-nextcloud-9X";
    private const string Wrong = "canary-wrong-password-9X";
    private const string Passphrase = "canary-passphrase-9X";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_is_in_a_log_a_database_a_backup_or_a_temporary_file()
    {
        var (temporary, backup) = (Directory.CreateTempSubdirectory("canary-tmp-"), Directory.CreateTempSubdirectory("canary-backup-"));
        await using var nextcloud = await StandInNextcloud.StartAsync(new("carol", Password, "carol"));
        nextcloud.Tree.AddFile("/a.txt", "a"u8);
        await using var bridge = await BridgeProcess.StartAsync(
            new() { ["Logging__LogLevel__Default"] = "Trace", ["Logging__LogLevel__Microsoft.AspNetCore"] = "Debug", ["Logging__LogLevel__Yarp"] = "Trace", ["TMPDIR"] = temporary.FullName, ["DOTNET_EnableDiagnostics"] = "0" }, Ct);
        var domain = bridge.Domain("alma");
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(domain, Passphrase, "en", quota: null, Ct);
        var appPassword = (await admin.AddAppPasswordAsync(domain, "canary", Ct)).Trim();
        using var cozy = await bridge.ClientAsync("alma", Ct);
        var token = await admin.CliTokenAsync(domain, ["io.cozy.files", "io.cozy.nextcloud.migrations", "io.cozy.accounts"], Ct);

        var completed = await EndAsync(cozy, await cozy.StartMigrationAsync(nextcloud.Url.ToString(), "carol", Password, "/", "/From carol", Ct));
        Assert.Equal("completed", (string)completed["status"]!);
        foreach (var (url, login) in new[] { (nextcloud.Url.ToString(), "carol"), ("http://nextcloud.invalid/", "carol"), ($"http://carol:{Wrong}@nextcloud.invalid/", "carol") })
        {
            var order = new JsonObject { ["nextcloud_url"] = url, ["nextcloud_login"] = login, ["nextcloud_app_password"] = Wrong, ["source_path"] = "/", ["target_dir"] = "/No" };
            Assert.NotNull(await Record.ExceptionAsync(() => cozy.PreflightAsync(order.DeepClone().AsObject(), Ct)));
            Assert.NotNull(await Record.ExceptionAsync(() => cozy.StartMigrationAsync(order.DeepClone().AsObject(), Ct)));
        }

        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        var session = await SendAsync(http, bridge, "POST", "/session", new("application/json", $$"""{"passphrase":"{{Passphrase}}"}"""), null);
        Assert.Equal(200, (int)session.StatusCode);
        var cookie = session.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2)[1];
        var secrets = new[] { Password, Wrong, Passphrase, appPassword, token, cookie, (string)JsonNode.Parse(await session.Content.ReadAsStringAsync(Ct))!["token"]!, bridge.AdminSecret, (await File.ReadAllTextAsync(Path.Combine(bridge.Data, "master.key"), Ct)).Trim() };
        foreach (var secret in secrets)
        {
            await SendAsync(http, bridge, "PROPFIND", "/remote.php/dav/files/alma/", null, new("Basic", Basic("alma", secret)));
            await SendAsync(http, bridge, "GET", "/ocs/v2.php/cloud/user", null, new("Basic", Basic("alma", secret)));
            await SendAsync(http, bridge, "GET", "/files/io.cozy.files.root-dir?bearer_token=" + Uri.EscapeDataString(secret), null, null);
            await SendAsync(http, bridge, "GET", "/files/unknown", null, new("Bearer", secret));
        }

        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, Ct, "backup", backup.FullName, "--data", bridge.Data));
        await bridge.Process.KillAsync();

        var output = bridge.Process.Output;
        Assert.Contains(" triggered, account ", output, StringComparison.Ordinal);
        var files = new[] { bridge.Data, backup.FullName, temporary.FullName }
            .SelectMany(root => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)).Where(file => Path.GetFileName(file) is not ("master.key" or "admin.secret")).ToList();
        Assert.Contains(files, file => file.EndsWith("remote-files.db", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith("migration.db", StringComparison.Ordinal));
        Assert.Contains(files, file => file.StartsWith(backup.FullName, StringComparison.Ordinal));
        foreach (var written in secrets.SelectMany(secret => new[] { secret, Basic("carol", secret), Basic("alma", secret), Uri.EscapeDataString(secret) }).Distinct())
        {
            Assert.False(output.Contains(written, StringComparison.Ordinal), $"the log says {written}");
            var bytes = Encoding.UTF8.GetBytes(written);
            Assert.Empty(files.Where(file => File.ReadAllBytes(file).AsSpan().IndexOf(bytes) >= 0).Select(file => $"{file} holds {written}"));
        }

        foreach (var file in Directory.EnumerateFiles(bridge.Data, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is "master.key" or "admin.secret"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        temporary.Delete(recursive: true);
        backup.Delete(recursive: true);
    }

    private static async Task<JsonNode> EndAsync(Bridge.CozyClient cozy, string id)
    {
        while (true)
        {
            var document = await cozy.GetMigrationAsync(id, Ct);
            if ((string)document["status"]! is not ("pending" or "running"))
            {
                return document;
            }
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, BridgeProcess bridge, string method, string target, Body? body, AuthenticationHeaderValue? authorization)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(bridge.Address, target));
        request.Headers.Host = bridge.Domain("alma");
        request.Headers.Authorization = authorization;
        request.Headers.Add("Origin", "http://" + bridge.Domain("alma"));
        request.Headers.Add("OCS-APIRequest", "true");
        request.Content = body is null ? null : new StringContent(body.Text, Encoding.UTF8, body.Type);
        return await http.SendAsync(request, Ct);
    }

    private static string Basic(string user, string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private sealed record Body(string Type, string Text);
}

using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Bridge;
using Bridge.Demo;

namespace SystemTests;

/// <summary>A backup is taken under load, brought back elsewhere and served; and nothing that was damaged stays unseen.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_taken_while_files_come_and_go_is_whole_and_serves_what_it_holds()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        var sample = SampleTree.Make();
        await alma.FillAsync(sample, ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(10), ct);
        using var admin = bridge.Admin();
        var account = (await admin.AddAccountAsync(bridge.Domain("alma"), source.Url, source.User, source.Password, ct)).Trim();
        var backup = Directory.CreateTempSubdirectory("bridge-backup-").FullName;
        var password = await admin.AddAppPasswordAsync(bridge.Domain("alma"), "desktop", ct);
        Assert.Equal("", await FingerprintAsync(bridge, password, ct));

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var load = PassingFiles.ComeAndGoAsync(alma, enough.Token);
        for (var i = 0; i < 3; i++)
        {
            CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "backup", backup, "--data", bridge.Data));
            CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "verify", "--data", backup));
        }

        await enough.CancelAsync();
        Assert.True(await load > 20, "nothing changed meanwhile");
        await bridge.Process.KillAsync();
        new DirectoryInfo(bridge.Data).EnumerateDirectories().ToList().ForEach(lost => lost.Delete(recursive: true));
        new DirectoryInfo(bridge.Data).EnumerateFiles().ToList().ForEach(lost => lost.Delete());
        var restored = CommandLine.Expect(0, await CommandLine.RunAsync(null, null, ct, "restore", backup, "--data", bridge.Data));
        Assert.Contains("as they were stored", restored.Output, StringComparison.Ordinal);
        await bridge.StartAgainAsync(ct);
        using var again = await bridge.ClientAsync("alma", ct);
        foreach (var file in sample.Files)
        {
            await using var body = await again.DownloadAsync(file.Path, ct);
            Assert.Equal(file.Sha256(), Convert.ToHexStringLower(await SHA256.HashDataAsync(body, ct)));
        }

        // The credentials of accounts open again: the Nextcloud is there as files.
        Assert.NotEmpty((await again.GetAsync($"/remote/nextcloud/{account}/", ct))["data"]!.AsArray());
        Assert.NotEqual("", await FingerprintAsync(bridge, password, ct));
        Directory.Delete(backup, recursive: true);
    }

    [Fact]
    public async Task Services_get_the_master_key_of_the_backup_and_those_with_another_are_not_restored()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        var work = Directory.CreateTempSubdirectory("bridge-backup-").FullName;
        var (backup, key, settings) = (Path.Combine(work, "backup"), Path.Combine(work, "services.key"), Path.Combine(work, "settings.json"));
        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "backup", backup, "--data", bridge.Data));
        object StorageIn(string name) => new { Directory = Directory.CreateDirectory(Path.Combine(work, name)).FullName };
        await File.WriteAllTextAsync(
            settings, JsonSerializer.Serialize(new { RemoteFiles = new { Storage = StorageIn("files"), Master = new { KeyFile = key } }, Migration = new { Storage = StorageIn("migrations") } }), ct);

        await File.WriteAllTextAsync(key, "a master key of other services", ct);
        var refused = CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(null, null, ct, "restore", backup, "--settings", settings));
        Assert.Contains("another master key", refused.Errors, StringComparison.Ordinal);

        File.Delete(key);
        CommandLine.Expect(0, await CommandLine.RunAsync(null, null, ct, "restore", backup, "--settings", settings));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(bridge.Data, "master.key"), ct), await File.ReadAllTextAsync(key, ct));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));

        File.Delete(key);
        var full = CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(null, null, ct, "restore", backup, "--settings", settings));
        Assert.Contains("not empty", full.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(key));
        Directory.Delete(work, recursive: true);
    }

    [Fact]
    public async Task A_copy_that_is_only_looked_at_leaves_migrations_as_they_are()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfInstanceAsync(nextcloud, SampleTree.Make(), ct);
        await using var bridge = await BridgeProcess.StartAsync(ct, "--no-worker");
        using var alma = await bridge.AddInstanceAsync("alma", ct);

        var id = await alma.StartMigrationAsync(source.Url, source.User, source.Password, source.Folder, "/Moved here", ct);
        await UploadAsync(alma, "meanwhile", ct);
        await alma.ExplainMigrationAsync(id, ct);

        Assert.Equal("pending", (string)(await alma.GetMigrationAsync(id, ct))["status"]!);
    }

    [Fact]
    public async Task Services_of_the_environment_are_found_without_a_file()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        await UploadAsync(alma, "first", ct);
        var start = new ProcessStartInfo(CommandLine.Binary, ["verify"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RemoteFiles__Storage__Directory"] = Path.Combine(bridge.Data, "remote-files");
        start.Environment["Migration__Storage__Directory"] = Path.Combine(bridge.Data, "migration");

        var end = CommandLine.Expect(0, await CommandLine.EndAsync(Process.Start(start)!, "", ct));

        Assert.Equal("✓ 1 contents are as they were stored, 100 kB", end.LastLine);
    }

    private static async Task<string> FingerprintAsync(BridgeProcess bridge, string password, CancellationToken ct)
    {
        using var http = new HttpClient();
        using var question = new HttpRequestMessage(new("PROPFIND"), new Uri(bridge.Address, "remote.php/dav/files/alma/"))
        {
            Headers = { { "Depth", "0" }, { "Host", bridge.Domain("alma") } },
            Content = new StringContent("<d:propfind xmlns:d='DAV:' xmlns:oc='http://owncloud.org/ns'><d:prop><oc:data-fingerprint/></d:prop></d:propfind>"),
        };
        question.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"alma:{password.Trim()}")));
        using var answer = await http.SendAsync(question, ct);
        Assert.Equal(207, (int)answer.StatusCode);
        return XDocument.Parse(await answer.Content.ReadAsStringAsync(ct)).Descendants(XName.Get("data-fingerprint", "http://owncloud.org/ns")).Single().Value;
    }

    [Fact]
    public async Task A_backup_that_breaks_off_leaves_the_one_before_as_it_was_and_a_restore_that_does_leaves_no_data()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        await UploadAsync(alma, "first", ct);
        var backup = Directory.CreateTempSubdirectory("bridge-backup-").FullName;
        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "backup", backup, "--data", bridge.Data));
        await UploadAsync(alma, "second", ct);
        BlobOf(bridge.Data).Delete();

        CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "backup", backup, "--data", bridge.Data));
        var whole = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "verify", "--data", backup));
        Assert.Equal("✓ 1 contents are as they were stored, 100 kB", whole.LastLine);

        BlobOf(backup).Delete();
        var nowhere = bridge.Data + "-restored";
        CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "restore", backup, "--data", nowhere));
        Assert.False(Directory.Exists(nowhere));
        Directory.Delete(nowhere + ".restoring", recursive: true);
        Directory.Delete(backup, recursive: true);
    }

    [Fact]
    public async Task One_flipped_bit_and_one_missing_content_are_found_by_name()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        foreach (var name in new[] { "whole", "flipped", "gone" })
        {
            var bytes = await UploadAsync(alma, name, ct);
            var blob = BlobOf(bridge.Data);
            if (name == "flipped")
            {
                bytes[50_000] ^= 1;
                await File.WriteAllBytesAsync(blob.FullName, bytes, ct);
            }
            else if (name == "gone")
            {
                blob.Delete();
            }
        }

        var found = CommandLine.Expect(ExitCodes.Damaged, await CommandLine.RunAsync(bridge, null, ct, "verify", "--data", bridge.Data));

        Assert.Contains("/flipped: its content is damaged", found.Output, StringComparison.Ordinal);
        Assert.Contains("/gone: its content is missing", found.Output, StringComparison.Ordinal);
        Assert.Equal("✗ 2 of 3 contents are missing or damaged", found.LastLine);
        Assert.Contains("bridge verify", CommandLine.Expect(1, await CommandLine.RunAsync(bridge, null, ct, "backup", bridge.Data + "-backup", "--data", bridge.Data)).Errors, StringComparison.Ordinal);
        Directory.Delete(bridge.Data + "-backup", recursive: true);
    }

    [Fact]
    public async Task A_repair_says_what_it_would_do_and_with_yes_does_it_beside_the_server()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        var bytes = await UploadAsync(alma, "flipped", ct);
        var backup = bridge.Data + "-backup";
        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "backup", backup, "--data", bridge.Data));
        var blob = BlobOf(bridge.Data);
        await File.WriteAllBytesAsync(blob.FullName, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)], ct);

        var alone = CommandLine.Expect(ExitCodes.Damaged, await CommandLine.RunAsync(bridge, null, ct, "repair", "--data", bridge.Data));
        Assert.Contains("/flipped: its content is damaged: no equal content is here: try --from with a backup", alone.Output, StringComparison.Ordinal);
        var shown = CommandLine.Expect(ExitCodes.Damaged, await CommandLine.RunAsync(bridge, null, ct, "repair", "--data", bridge.Data, "--from", backup));
        Assert.Equal("✗ 1 broken; nothing was done: say --yes to mend 1 of them", shown.LastLine);
        await Assert.ThrowsAnyAsync<Exception>(() => DownloadAsync(alma, ct));

        var done = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "repair", "--data", bridge.Data, "--from", backup, "--yes"));
        Assert.Contains("/flipped: its content is damaged: the backup's takes its place", done.Output, StringComparison.Ordinal);
        Assert.Equal("✓ 1 mended", done.LastLine);
        Assert.Equal(bytes, await DownloadAsync(alma, ct));
        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "verify", "--data", bridge.Data));
        Assert.Equal("✓ nothing is broken", CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "repair", "--data", bridge.Data)).LastLine);
        Directory.Delete(backup, recursive: true);
    }

    private static async Task<byte[]> DownloadAsync(CozyClient alma, CancellationToken ct)
    {
        await using var body = await alma.DownloadAsync("/flipped", ct);
        var all = new MemoryStream();
        await body.CopyToAsync(all, ct);
        return all.ToArray();
    }

    [Fact]
    public async Task A_restore_never_writes_over_data()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);

        var refused = CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "restore", bridge.Data, "--data", bridge.Data));

        Assert.Contains("is not empty", refused.Errors, StringComparison.Ordinal);
        CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "backup", bridge.Data, "--data", bridge.Data));
        CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "verify", "--data", bridge.Data + "-nowhere"));
    }

    private static async Task<byte[]> UploadAsync(CozyClient alma, string name, CancellationToken ct)
    {
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        await alma.UploadAsync("io.cozy.files.root-dir", name, new MemoryStream(bytes), bytes.Length, ct);
        return bytes;
    }

    // The content that was stored last.
    private static FileInfo BlobOf(string data) =>
        new DirectoryInfo(new DataDirectory(data).Blobs).EnumerateFiles("*", SearchOption.AllDirectories).MaxBy(file => file.LastWriteTimeUtc)!;
}

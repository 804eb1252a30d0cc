namespace SystemTests;

/// <summary>Nextcloud's own desktop engine, unmodified, against the edge: two computers share one drive.</summary>
public sealed class NextcloudCommandTests
{
    [Fact]
    public async Task Two_computers_see_each_others_changes()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var drive = await SyncedDrive.StartAsync(ct);
        var (one, other) = (Path.Combine(drive.Directory, "one"), Path.Combine(drive.Directory, "other"));
        NastyTree.Write(one);
        Directory.CreateDirectory(other);

        // A chunk of the first size, and a bigger one.
        await File.WriteAllBytesAsync(Path.Combine(one, "large.bin"), NastyTree.Bytes(120_000_000), ct);

        await SyncAsync(drive, one, ct);
        await SyncAsync(drive, other, ct);
        NastyTree.AssertSame(one, other);

        await File.WriteAllTextAsync(Path.Combine(other, "plain.txt"), "changed on the other", ct);
        File.Delete(Path.Combine(other, "#hash"));
        Directory.Move(Path.Combine(other, "folder", "deep"), Path.Combine(other, "moved"));
        await SyncAsync(drive, other, ct);
        await SyncAsync(drive, one, ct);
        NastyTree.AssertSame(one, other);
        Assert.Equal("changed on the other", await File.ReadAllTextAsync(Path.Combine(one, "plain.txt"), ct));
        Assert.True(File.Exists(Path.Combine(one, "moved", "er", "file.txt")));
    }

    [Fact]
    public async Task Of_two_changes_of_one_file_both_are_kept()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var drive = await SyncedDrive.StartAsync(ct);
        var (one, other) = (Path.Combine(drive.Directory, "one"), Path.Combine(drive.Directory, "other"));
        Directory.CreateDirectory(one);
        Directory.CreateDirectory(other);
        await File.WriteAllTextAsync(Path.Combine(one, "a.txt"), "first", ct);
        await SyncAsync(drive, one, ct);
        await SyncAsync(drive, other, ct);

        await File.WriteAllTextAsync(Path.Combine(one, "a.txt"), "changed by one", ct);
        await File.WriteAllTextAsync(Path.Combine(other, "a.txt"), "changed by the other", ct);
        await SyncAsync(drive, one, ct);
        await SyncAsync(drive, other, ct);

        var texts = Directory.EnumerateFiles(other, "a*.txt").Select(File.ReadAllText).Order(StringComparer.Ordinal);
        Assert.Equal(["changed by one", "changed by the other"], texts);
    }

    [Fact]
    public async Task A_new_user_connects_as_the_README_says()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        var (home, domain) = (Directory.CreateTempSubdirectory("bridge-home-").FullName, bridge.Domain("alma"));
        await File.WriteAllTextAsync(Path.Combine(home, "a.txt"), "hello", ct);
        string[] here = ["--admin", bridge.AdminAddress.ToString()];
        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, ["instances", "add", domain, "--passphrase", "change-me", .. here]));
        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, ["instances", "add-name", domain, $"localhost:{bridge.Port}", .. here]));
        var password = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, ["app-passwords", "add", domain, "--name", "laptop", .. here])).LastLine;

        var start = new System.Diagnostics.ProcessStartInfo("/usr/bin/nextcloudcmd", ["-u", "alma", "-p", password, home, $"http://localhost:{bridge.Port}"])
        {
            Environment = { ["HOME"] = home, ["QT_QPA_PLATFORM"] = "offscreen" },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var end = await CommandLine.EndAsync(System.Diagnostics.Process.Start(start)!, "", ct);

        CommandLine.Expect(0, end);
        using var alma = await bridge.ClientAsync("alma", ct);
        await using var body = await alma.DownloadAsync("/a.txt", ct);
        Assert.Equal("hello", await new StreamReader(body).ReadToEndAsync(ct));
        Directory.Delete(home, recursive: true);
    }

    private static async Task SyncAsync(SyncedDrive drive, string directory, CancellationToken ct)
    {
        var (code, output) = await drive.RunAsync(
            "/usr/bin/env", null, ct, "QT_QPA_PLATFORM=offscreen", "/usr/bin/nextcloudcmd", "--non-interactive", "-h", "-u", drive.User, "-p", drive.Password, directory, drive.Server);
        Assert.True(code == 0, output.Length > 20_000 ? output[^20_000..] : output);
    }
}

namespace SystemTests;

/// <summary>rclone, unmodified, against the edge, as a Nextcloud's client.</summary>
public sealed class RcloneTests
{
    [Fact]
    public async Task A_tree_is_copied_synced_and_checked_both_ways()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var drive = await SyncedDrive.StartAsync(ct);
        var (here, there) = (Path.Combine(drive.Directory, "here"), Path.Combine(drive.Directory, "there"));
        NastyTree.Write(here, " leading", "back`tick");
        await File.WriteAllBytesAsync(Path.Combine(here, "large.bin"), NastyTree.Bytes(25_000_000), ct);

        await RcloneAsync(drive, ct, "copy", here, "bridge:");
        await RcloneAsync(drive, ct, "check", here, "bridge:");
        await RcloneAsync(drive, ct, "sync", "bridge:", there);
        NastyTree.AssertSame(here, there);

        await File.WriteAllTextAsync(Path.Combine(here, "plain.txt"), "changed", ct);
        File.Delete(Path.Combine(here, "100%25.txt"));
        Directory.Move(Path.Combine(here, "folder"), Path.Combine(here, "renamed"));
        await RcloneAsync(drive, ct, "sync", "--track-renames", here, "bridge:");
        await RcloneAsync(drive, ct, "check", here, "bridge:");
        await RcloneAsync(drive, ct, "sync", "bridge:", there);
        NastyTree.AssertSame(here, there);
    }

    private static async Task RcloneAsync(SyncedDrive drive, CancellationToken ct, params string[] arguments)
    {
        var (_, obscured) = await drive.RunAsync("/usr/bin/rclone", null, ct, "obscure", drive.Password);
        string[] settings =
        [
            "RCLONE_CONFIG_BRIDGE_TYPE=webdav", $"RCLONE_CONFIG_BRIDGE_URL={drive.Files}", "RCLONE_CONFIG_BRIDGE_VENDOR=nextcloud",
            $"RCLONE_CONFIG_BRIDGE_USER={drive.User}", $"RCLONE_CONFIG_BRIDGE_PASS={obscured.Trim()}",
        ];
        string[] flags = ["--config", "/dev/null", "--retries", "1", .. arguments[0] == "check" ? Array.Empty<string>() : ["--create-empty-src-dirs"]];
        var (code, output) = await drive.RunAsync("/usr/bin/env", null, ct, [.. settings, "/usr/bin/rclone", .. arguments, .. flags]);
        Assert.True(code == 0, output);
    }
}

namespace SystemTests;

/// <summary>cadaver, unmodified, against the edge: a WebDAV client that locks, and stores properties.</summary>
public sealed class CadaverTests
{
    [Fact]
    public async Task A_session_lists_stores_moves_copies_locks_and_notes_properties()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var drive = await SyncedDrive.StartAsync(ct);
        await File.WriteAllTextAsync(Path.Combine(drive.Directory, ".netrc"), $"machine 127.0.0.1\nlogin {drive.User}\npassword {drive.Password}\n", ct);
        await File.WriteAllTextAsync(Path.Combine(drive.Directory, "here.txt"), "from cadaver", ct);

        var output = await CadaverAsync(
            drive,
            "mkcol folder", "put here.txt \"folder/a b+c.txt\"", "ls folder", "copy folder copied", "move copied moved",
            "get \"moved/a b+c.txt\" back.txt", "propset \"folder/a b+c.txt\" colour green", "propget \"folder/a b+c.txt\" colour",
            "lock \"folder/a b+c.txt\"", "discover \"folder/a b+c.txt\"", "put here.txt \"folder/a b+c.txt\"", "unlock \"folder/a b+c.txt\"",
            "delete \"moved/a b+c.txt\"", "rmcol moved", "ls");

        Assert.Equal("from cadaver", await File.ReadAllTextAsync(Path.Combine(drive.Directory, "back.txt"), ct));
        Assert.Contains("Value of colour is: green", output, StringComparison.Ordinal);
        Assert.Contains("Lock token", output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("failed", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_one_session_has_locked_another_cannot_change()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var drive = await SyncedDrive.StartAsync(ct);
        await File.WriteAllTextAsync(Path.Combine(drive.Directory, ".netrc"), $"machine 127.0.0.1\nlogin {drive.User}\npassword {drive.Password}\n", ct);
        await File.WriteAllTextAsync(Path.Combine(drive.Directory, "here.txt"), "from cadaver", ct);
        await CadaverAsync(drive, "put here.txt f", "lock f");

        var output = await CadaverAsync(drive, "put here.txt f", "delete f");

        Assert.Contains("423 Locked", output, StringComparison.Ordinal);
    }

    // A line each.
    private static async Task<string> CadaverAsync(SyncedDrive drive, params string[] commands)
    {
        var script = string.Concat(commands.Select(command => command + "\n"));
        var (_, output) = await drive.RunAsync("/usr/bin/cadaver", script + "quit\n", TestContext.Current.CancellationToken, drive.Files + "/");
        return output;
    }
}

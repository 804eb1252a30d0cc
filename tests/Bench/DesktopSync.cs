namespace Bench;

/// <summary>Nextcloud's own desktop client, which speaks to Nextclouds alone: how long a user waits until all is there, up and down.</summary>
internal static class DesktopSync
{
    private const string Folder = "bench sync";
    private static readonly FileSet Files = FileSet.Small;

    public static async Task RaceAsync(IReadOnlyList<DavSource> servers, int rounds, CancellationToken ct)
    {
        var local = Directory.CreateTempSubdirectory("bench-sync-").FullName;
        string Place(DavSource server) => Path.Combine(local, server.Name);
        await new Race($"nextcloudcmd, {Files.Count} small files up", Files.Count, "files").RunAsync(
            [.. servers.Select(server => new Contestant(server.Name, (_, stop) => FillAsync(Place(server), server, stop), (_, stop) => SyncAsync(Place(server), server, stop)))],
            rounds,
            ct);
        await new Race($"nextcloudcmd, {Files.Count} small files down", Files.Count, "files").RunAsync(
            [.. servers.Select(server => new Contestant(server.Name, (_, _) => Empty(Place(server)), (_, stop) => SyncAsync(Place(server), server, stop)))],
            rounds,
            ct);
        var arrived = new DirectoryInfo(Place(servers[0])).GetFiles("*.bin", SearchOption.AllDirectories);
        Directory.Delete(local, recursive: true);
        if (arrived.Length != Files.Count || arrived.Sum(file => file.Length) != Files.Bytes)
        {
            throw new InvalidOperationException($"{arrived.Length} of {Files.Count} files came back");
        }
    }

    private static async Task FillAsync(string place, DavSource server, CancellationToken ct)
    {
        using var http = server.Client();
        var remote = new Uri(server.Files, Uri.EscapeDataString(Folder));
        using var gone = await http.DeleteAsync(remote, ct);
        using var made = await http.SendAsync(new(new("MKCOL"), remote), ct);
        made.EnsureSuccessStatusCode();
        await Empty(place);
        foreach (var number in Files.Numbers)
        {
            var folder = Path.Combine(place, Files.FolderOf(number));
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(Path.Combine(folder, FileSet.NameOf(number)), Files.ContentOf(number), ct);
        }
    }

    private static Task Empty(string place)
    {
        Directory.CreateDirectory(place);
        Directory.Delete(place, recursive: true);
        Directory.CreateDirectory(place);
        return Task.CompletedTask;
    }

    private static Task SyncAsync(string place, DavSource server, CancellationToken ct) => PeerProcess.RunAsync(
        "nextcloudcmd",
        ["--non-interactive", "-h", "-u", server.User, "-p", server.Password, "--path", "/" + Folder, place, server.Home.AbsoluteUri.TrimEnd('/')],
        new Dictionary<string, string> { ["QT_QPA_PLATFORM"] = "offscreen" },
        ct);
}

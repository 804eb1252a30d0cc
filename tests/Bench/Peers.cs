using System.Text;

namespace Bench;

/// <summary>The other ways to bring files from a WebDAV server to this machine.</summary>
internal static class Peers
{
    /// <param name="source">Where the files are.</param>
    /// <param name="set">Which ones.</param>
    /// <param name="transfers">How many at once.</param>
    /// <param name="place">The directory that they get one in.</param>
    public static Contestant Rclone(DavSource source, FileSet set, int transfers, string place)
    {
        var target = Path.Combine(place, $"rclone-{transfers}");
        return new(
            $"rclone copy --transfers {transfers}",
            (_, _) => Empty(target),
            async (_, ct) =>
            {
                var settings = new Dictionary<string, string>
                {
                    ["RCLONE_CONFIG"] = "/dev/null",
                    ["RCLONE_WEBDAV_URL"] = source.At(set).AbsoluteUri,
                    ["RCLONE_WEBDAV_VENDOR"] = source.Vendor,
                    ["RCLONE_WEBDAV_USER"] = source.User,
                    ["RCLONE_WEBDAV_PASS"] = await ObscuredAsync(source.Password, ct),
                };
                await PeerProcess.RunAsync("rclone", ["copy", ":webdav:", target, "--transfers", $"{transfers}"], settings, ct);
                Check(target, set);
            });
    }

    /// <param name="source">Where the files are.</param>
    /// <param name="set">Which ones.</param>
    /// <param name="parallel">How many at once.</param>
    /// <param name="place">The directory that they get one in.</param>
    public static Contestant Curl(DavSource source, FileSet set, int parallel, string place)
    {
        var target = Path.Combine(place, "curl");
        var list = target + ".curl";
        return new(
            $"curl --parallel-max {parallel}",
            async (_, ct) =>
            {
                await Empty(target);
                var text = new StringBuilder().AppendLine($"user = \"{source.User}:{source.Password}\"");
                foreach (var number in set.Numbers)
                {
                    var path = $"{set.FolderOf(number)}/{FileSet.NameOf(number)}";
                    text.AppendLine($"url = \"{source.At(set, path).AbsoluteUri}\"").AppendLine($"output = \"{target}/{path}\"");
                }

                await File.WriteAllTextAsync(list, text.ToString(), ct);
            },
            async (_, ct) =>
            {
                string[] arguments = ["--silent", "--show-error", "--fail", "--create-dirs", "--parallel", "--parallel-max", $"{parallel}", "--config", list];
                await PeerProcess.RunAsync("curl", arguments, new Dictionary<string, string>(), ct);
                Check(target, set);
            });
    }

    private static Task Empty(string target)
    {
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        Directory.CreateDirectory(target);
        return Task.CompletedTask;
    }

    private static void Check(string target, FileSet set)
    {
        var files = new DirectoryInfo(target).GetFiles("*.bin", SearchOption.AllDirectories);
        if (files.Length != set.Count || files.Sum(file => file.Length) != set.Bytes)
        {
            throw new InvalidOperationException($"{files.Length} of {set.Count} files arrived");
        }
    }

    // rclone takes passwords in its own reversible form.
    private static async Task<string> ObscuredAsync(string password, CancellationToken ct)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("rclone", ["obscure", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteAsync(password);
        process.StandardInput.Close();
        var obscured = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return obscured.Trim();
    }
}

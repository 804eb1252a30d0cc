using RemoteFiles.Drive;

namespace Bridge.Upkeep;

/// <summary>Reads all contents of a data directory, tells of those that are not as they were stored, and counts.</summary>
internal static class DataVerification
{
    /// <summary>True: every content is as it was stored.</summary>
    public static async Task<bool> RunAsync(DataDirectory data, CancellationToken ct)
    {
        using var scrub = new Scrub(data.RemoteFilesDatabase, new BlobDirectory(data.Blobs, TimeProvider.System));
        var (contents, bytes, bad) = (0L, 0L, 0L);
        await foreach (var content in scrub.RunAsync(ct))
        {
            contents++;
            bytes += content.Size;
            if (content.Problem is { } problem)
            {
                bad++;
                Terminal.Line($"[red]✗[/] {content.Instance}{content.Path}: {(problem == ContentProblem.Missing ? "its content is missing" : "its content is damaged")}");
            }
        }

        Terminal.Line(bad == 0
            ? (FormattableString)$"[green]✓[/] {contents} contents are as they were stored, {Sizes.Bytes(bytes)}"
            : $"[red]✗[/] {bad} of {contents} contents are missing or damaged");
        return bad == 0;
    }
}

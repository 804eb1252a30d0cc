using RemoteFiles;
using RemoteFiles.Drive.Upkeep;

namespace Bridge.Upkeep;

/// <summary>Reads all contents of a drive, tells of those that are not as they were stored, and counts.</summary>
internal static class DataVerification
{
    /// <summary>True: every content is as it was stored.</summary>
    public static async Task<bool> RunAsync(IConfiguration drive, CancellationToken ct)
    {
        await using var data = await DriveData.OpenExistingAsync(drive, ct);
        var (contents, bytes, bad) = (0L, 0L, 0L);
        await foreach (var content in data.Scrub().RunAsync(ct))
        {
            contents++;
            bytes += content.Content.Size;
            if (content.Problem is { } problem)
            {
                bad++;
                Terminal.Line($"[red]✗[/] {content.Instance}{content.Path}: {Tell(problem)}");
            }
        }

        Terminal.Line(bad == 0
            ? (FormattableString)$"[green]✓[/] {contents} contents are as they were stored, {Sizes.Bytes(bytes)}"
            : $"[red]✗[/] {bad} of {contents} contents are missing or damaged");
        return bad == 0;
    }

    private static string Tell(ContentProblem problem) => problem switch
    {
        ContentProblem.Missing => "its content is missing",
        ContentProblem.WrongSums => "its content is whole, and its checksums are not",
        ContentProblem.Unreadable => "where its content lies does not answer",
        _ => "its content is damaged",
    };
}

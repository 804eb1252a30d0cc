using RemoteFiles;
using RemoteFiles.Drive.Upkeep;

namespace Bridge.Upkeep;

/// <summary>Mends a drive, or only says what it would do.</summary>
internal static class DataRepair
{
    /// <summary>True: all is as it should be now.</summary>
    public static async Task<bool> RunAsync(IConfiguration drive, IConfiguration? backup, bool mend, CancellationToken ct)
    {
        await using var data = await DriveData.OpenExistingAsync(drive, ct);
        await using var other = backup is null ? null : await DriveData.OpenExistingAsync(backup, ct);
        var (mendable, lost) = (0, 0);
        await foreach (var finding in data.Repair(other).RunAsync(mend, ct))
        {
            mendable += finding.Outcome == Outcome.Mendable ? 1 : 0;
            lost += finding.Outcome == Outcome.Lost ? 1 : 0;
            Terminal.Line((finding.Outcome, mend) switch
            {
                (Outcome.Lost, _) => $"[red]✗[/] {finding.What}: {finding.Remedy}",
                (Outcome.Harmless, _) or (_, false) => $"· {finding.What}: {finding.Remedy}",
                _ => (FormattableString)$"[green]✓[/] {finding.What}: {finding.Remedy}",
            });
        }

        Terminal.Line(Sum(mendable, lost, mend));
        return lost == 0 && (mend || mendable == 0);
    }

    private static FormattableString Sum(int mendable, int lost, bool mend) => (mendable, lost, mend) switch
    {
        (0, 0, _) => $"[green]✓[/] nothing is broken",
        (_, 0, true) => $"[green]✓[/] {mendable} mended",
        (_, _, true) => $"[red]✗[/] {mendable} mended, {lost} not",
        (0, _, false) => $"[red]✗[/] {lost} broken, none of which can be mended so",
        _ => $"[red]✗[/] {mendable + lost} broken; nothing was done: say --yes to mend {mendable} of them",
    };
}

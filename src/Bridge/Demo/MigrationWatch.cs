using System.Text.Json.Nodes;
using Spectre.Console;

namespace Bridge.Demo;

/// <summary>Shows a running migration as a progress bar of bytes, with the files beside it, until it ends.</summary>
internal static class MigrationWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    /// <summary>The last document of the migration.</summary>
    public static Task<JsonNode> UntilEndAsync(CozyClient cozy, string id, CancellationToken ct) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn())
            .StartAsync(async view =>
            {
                var bar = view.AddTask("Migrating");
                using var timer = new PeriodicTimer(Interval);
                while (true)
                {
                    var migration = await cozy.GetMigrationAsync(id, ct);
                    Show(bar, migration["progress"]!);
                    if (migration["status"]!.GetValue<string>() is "completed" or "failed" or "canceled")
                    {
                        bar.StopTask();
                        return migration;
                    }

                    await timer.WaitForNextTickAsync(ct);
                }
            });

    private static void Show(ProgressTask bar, JsonNode progress)
    {
        bar.MaxValue = Math.Max(1, progress["bytes_total"]!.GetValue<long>());
        bar.Value = progress["bytes_imported"]!.GetValue<long>();
        bar.Description = $"{progress["files_imported"]} of {progress["files_total"]} files";
    }
}

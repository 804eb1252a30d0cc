namespace Bridge;

/// <summary>The end of a migration in words: what arrived, what did not and why, and what to do next.</summary>
internal static class MigrationSummary
{
    private const int MostReasons = 8;

    public static void Print(MigrationState state, string domain)
    {
        var arrived = state.Count("imported") + state.Count("identical") + state.Count("renamed");
        switch (state.Outcome)
        {
            case "complete":
                Terminal.Line($"[green]✓[/] Complete: {arrived} files are in [bold]{state.Target}[/], {Sizes.Bytes(state.Bytes)}");
                break;
            case "partial":
                Terminal.Line($"[yellow]![/] Partial: {arrived} files are in [bold]{state.Target}[/], [bold]{state.Count("failed")} did not arrive[/]");
                break;
            case "canceled":
                Terminal.Line($"[yellow]![/] Canceled: {state.Files} files are in [bold]{state.Target}[/] and stay there");
                break;
            case "failed":
                Terminal.Line($"[red]✗[/] Failed: {state.FailureReason}");
                break;
            default:
                Terminal.Line($"{state.Status}: {state.Files} of {state.FilesTotal} files, {Sizes.Bytes(state.Bytes)} of {Sizes.Bytes(state.BytesTotal)}. {state.Wait}");
                break;
        }

        PrintCounts(state);
        foreach (var (message, count, example) in state.Failures.Take(MostReasons))
        {
            Terminal.Line($"  [red]{count}[/] × {message} [dim]{example}[/]");
        }

        if (state.HasEnded && state.Outcome != "complete")
        {
            Terminal.Line($"  A line for every file: bridge migrations report {domain} {state.Id} --outcome failed");
            Terminal.Line($"  Try those again:       bridge migrations retry {domain} {state.Id}");
        }
        else if (state.HasEnded && state.Count("excluded") > 0)
        {
            Terminal.Line($"  A line for every file: bridge migrations report {domain} {state.Id}");
        }
    }

    private static void PrintCounts(MigrationState state)
    {
        (string Name, string Words)[] ends = [("identical", "were there already"), ("renamed", "got another name, as theirs was taken"), ("excluded", "were left out (a folder counts once): not chosen, excluded, or not your own")];
        foreach (var (name, words) in ends.Where(end => state.Count(end.Name) > 0))
        {
            Terminal.Line($"  {state.Count(name)} {words}");
        }
    }
}

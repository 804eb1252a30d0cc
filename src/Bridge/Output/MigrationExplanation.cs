using System.Text.Json.Nodes;

namespace Bridge;

/// <summary>The facts about where a migration stands, as sentences: what is, why, and what helps.</summary>
internal static class MigrationExplanation
{
    public static void Print(JsonNode facts, string domain)
    {
        var id = (string)facts["id"]!;
        Terminal.Line($"Migration [bold]{id}[/] of {domain}, asked for {Ago(facts, facts["created_at"])}");
        Terminal.Line($"  {Standing(facts)}");
        PrintProgress(facts);
        foreach (var failed in facts["failed"]!.AsArray())
        {
            Terminal.Line($"  [red]{(long)failed!["count"]!}[/] failed: {(string)failed["explanation"]!} [dim]{(string?)failed["message"]}[/]");
        }

        if (facts["source"] is { } source)
        {
            Terminal.Line($"  {SourceLine(source)}");
        }

        Terminal.Line($"[bold]What to do[/]");
        foreach (var advice in Advice(facts, domain, id))
        {
            Terminal.Line($"  {advice}");
        }
    }

    private static string Standing(JsonNode facts) => (string)facts["status"]! switch
    {
        "pending" => "It waits for a worker: none has taken it yet.",
        "running" when facts["waiting"] is { } wait =>
            $"It waits for {Wanted(wait)} since {Clock(wait["since"])}, until {Clock(wait["until"])} at most: {wait["message"]}"
            + (wait["next_look"] is { } look ? $" It is looked at again {In(facts, look)}." : ""),
        "running" when facts["lease"] is { } lease && (bool)lease["held"]! =>
            $"A worker ({lease["owner"]}) is at it; its lease is good for another {Span(facts, lease["until"])}, and it was last heard of {Ago(facts, facts["last_seen_at"])}."
            + (facts["cancel_requested"] is not null ? " It was told to stop, and is about to." : ""),
        "running" when facts["lease"] is { } lease => $"Nobody works on it: the lease of its worker ({lease["owner"]}) ran out {Ago(facts, lease["until"])}.",
        "running" => "Nobody works on it just now: it is free for the next worker.",
        "completed" when (string?)facts["outcome"] == "partial" => "It has ended, and some files did not arrive.",
        "completed" => "It has ended, and everything arrived.",
        "canceled" => "It was canceled; what had arrived stays.",
        _ => $"It has failed: {facts["failure_reason"]}",
    };

    private static void PrintProgress(JsonNode facts)
    {
        var progress = facts["progress"]!;
        Terminal.Line($"  {Number(progress, "files_imported")} of {Number(progress, "files_total")} files are there, {Sizes.Bytes(Number(progress, "bytes_imported"))} of {Sizes.Bytes(Number(progress, "bytes_total"))}.");
        var next = facts["next"]!.AsArray();
        if (next.Count > 0)
        {
            Terminal.Line($"  Being tried, or next: {string.Join(", ", next.Select(path => (string)path!))}");
        }
    }

    private static string SourceLine(JsonNode source) =>
        (bool)source["refused"]! ? $"{source["host"]} refuses the password; it is not sent any more."
        : Number(source, "rest_seconds") is > 0 and var rest ? $"{source["host"]} asked to be left alone, for another {Sizes.Time(TimeSpan.FromSeconds(rest))}."
        : $"{source["host"]} bears {Number(source, "most_requests")} requests at once as it seems; {Number(source, "requests")} are under way.";

    private static IEnumerable<string> Advice(JsonNode facts, string domain, string id)
    {
        var status = (string)facts["status"]!;
        if (status == "running" && facts["waiting"] is { } wait)
        {
            yield return (string)wait["reason"]! switch
            {
                "credentials" => "Its owner makes a new app password in the Nextcloud and gives it on the page of the migration: it goes on by itself then.",
                "space" => "Make room in the drive, or raise the quota of the instance: it goes on by itself then.",
                _ => "Nothing: it goes on by itself once the Nextcloud answers again. Ask its administrator if it does not.",
            };
        }
        else if (status is "pending" || (status == "running" && (facts["lease"] is not { } lease || !(bool)lease["held"]!)))
        {
            yield return "A worker takes it within seconds. If none does: see that a Migration service with Migration:Worker runs and is ready (/health/ready),";
            yield return "and whether all places are taken (Migration:ConcurrentMigrations, metric migration_active).";
        }
        else if (status == "running")
        {
            yield return $"Nothing, as long as it moves: bridge migrations follow {domain} {id}";
        }
        else if (facts["failed"]!.AsArray().Count > 0)
        {
            yield return $"A line for every file: bridge migrations report {domain} {id} --outcome failed";
            yield return $"Try those again:       bridge migrations retry {domain} {id}";
        }
        else if (status == "completed")
        {
            yield return "Nothing.";
        }
        else
        {
            yield return "Mend what it names, then migrate again: what has arrived is not brought twice.";
        }

        foreach (var failed in facts["failed"]!.AsArray().Where(failed => (string?)failed!["advice"] is { Length: > 0 }))
        {
            yield return $"{failed!["reason"]}: {failed["advice"]}";
        }
    }

    private static string Wanted(JsonNode wait) => (string)wait["reason"]! switch
    {
        "credentials" => "a new password",
        "space" => "space in the drive",
        "maintenance" => "the end of a maintenance",
        _ => "its Nextcloud",
    };

    private static long Number(JsonNode node, string name) => (long?)node[name] ?? 0;

    private static string Clock(JsonNode? time) => $"{((DateTimeOffset)time!).ToLocalTime():yyyy-MM-dd HH:mm}";

    private static string Ago(JsonNode facts, JsonNode? time) => time is null ? "never" : $"{Span(facts, time)} ago";

    private static string In(JsonNode facts, JsonNode time) => (DateTimeOffset)time <= (DateTimeOffset)facts["now"]! ? "now" : $"in {Span(facts, time)}";

    // By the server's clock alone: that of this machine may differ.
    private static string Span(JsonNode facts, JsonNode? time) =>
        time is null ? "" : Sizes.Time(((DateTimeOffset)time - (DateTimeOffset)facts["now"]!).Duration());
}

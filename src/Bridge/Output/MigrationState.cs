using System.Text.Json.Nodes;

namespace Bridge;

/// <summary>What the tracking document of a migration says, in the words of the command line.</summary>
internal sealed class MigrationState(JsonNode document)
{
    public JsonNode Document => document;

    public string Id => Text("_id");

    public string Status => Text("status");

    public bool HasEnded => Status is "completed" or "failed" or "canceled";

    public long Files => Progress("files_imported");

    public long FilesTotal => Progress("files_total");

    public long Bytes => Progress("bytes_imported");

    /// <summary>Also those of files that are on their way.</summary>
    public long BytesHere => Math.Min(Bytes + ((long?)document["progress"]!["bytes_in_flight"] ?? 0), BytesTotal);

    public long BytesTotal => Progress("bytes_total");

    /// <summary>What it waits for and until when; null while it goes on.</summary>
    public string? Wait => document["waiting_for"] is { } wait ? $"{wait["message"]} It waits until {Time(wait["until"])}." : null;

    /// <summary>One word more than the status: complete and partial are not the same.</summary>
    public string Outcome => Status == "completed" ? Text("outcome") : Status;

    public string Started => Time(document["started_at"]);

    public string Source => $"{Text("nextcloud_url")}{Text("source_path")}";

    public string Target => Text("target_dir");

    public string? FailureReason => (string?)document["failure_reason"];

    /// <summary>How many files came to an end of this name; 0 before the migration has ended.</summary>
    public long Count(string end) => (long?)document["counts"]?[end] ?? 0;

    /// <summary>The reasons of what did not arrive, the most frequent first, with one path each. Only the first thousand are in the document.</summary>
    public IEnumerable<(string Message, int Count, string Example)> Failures => document["errors"]!.AsArray()
        .Where(error => error!["path"]!.GetValue<string>().Length > 0)
        .GroupBy(error => (string)error!["message"]!)
        .Select(group => (group.Key, group.Count(), (string)group.First()!["path"]!))
        .OrderByDescending(group => group.Item2);

    public int ExitCode => Outcome switch
    {
        "partial" => ExitCodes.Partial,
        "failed" => ExitCodes.Failed,
        "canceled" => ExitCodes.Canceled,
        _ => ExitCodes.Success,
    };

    private long Progress(string name) => (long)document["progress"]![name]!;

    private string Text(string name) => (string?)document[name] ?? "";

    private static string Time(JsonNode? time) => time is null ? "" : $"{((DateTimeOffset)time).ToLocalTime():yyyy-MM-dd HH:mm}";
}

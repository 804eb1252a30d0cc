using System.Text.Json.Serialization;

namespace Migration.Migrations;

/// <summary>pending → running → completed, failed or canceled; pending may also fail or be canceled. The last three are for good.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MigrationStatus>))]
internal enum MigrationStatus
{
    [JsonStringEnumMemberName("pending")]
    Pending,

    [JsonStringEnumMemberName("running")]
    Running,

    [JsonStringEnumMemberName("completed")]
    Completed,

    [JsonStringEnumMemberName("failed")]
    Failed,

    [JsonStringEnumMemberName("canceled")]
    Canceled,
}

internal static class MigrationStatuses
{
    public static bool IsTerminal(this MigrationStatus status) =>
        status is MigrationStatus.Completed or MigrationStatus.Failed or MigrationStatus.Canceled;

    public static string Text(this MigrationStatus status) => status switch
    {
        MigrationStatus.Pending => "pending",
        MigrationStatus.Running => "running",
        MigrationStatus.Completed => "completed",
        MigrationStatus.Failed => "failed",
        MigrationStatus.Canceled => "canceled",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };
}

using Shared.Faults;

namespace Migration.Migrations;

/// <summary>A wish for a migration, checked and made clean (cozy-api 4.1).</summary>
/// <param name="Login">Credentials that the caller has; null where an account has them.</param>
/// <param name="Source">Folder of the Nextcloud.</param>
/// <param name="Target">Directory of the drive.</param>
internal sealed record TriggerOrder(NextcloudLogin? Login, CleanPath Source, CleanPath Target)
{
    /// <summary>The account that is used instead; empty for none.</summary>
    public string AccountId { get; init; } = "";

    public WishedScope Wished { get; init; } = new([], [], []);

    /// <summary>What a preflight of the same said.</summary>
    public Prediction? Prediction { get; init; }

    /// <summary>Null: as this server usually does.</summary>
    public Verification? Verification { get; init; }

    private const string DefaultTarget = "/Nextcloud";

    /// <exception cref="FaultException">Malformed, with the contract's text.</exception>
    public static TriggerOrder Read(string url, string login, string password, string sourcePath, string targetDir) => new(
        new(Required(url, "nextcloud_url").TrimEnd('/') + "/", Required(login, "nextcloud_login"), Required(password, "nextcloud_app_password")),
        CleanPath.Normalise(sourcePath.Trim()),
        TargetOf(targetDir));

    /// <exception cref="FaultException">Malformed, with the contract's text.</exception>
    public static TriggerOrder OfAccount(string accountId, string sourcePath, string targetDir) =>
        new(null, CleanPath.Normalise(sourcePath.Trim()), TargetOf(targetDir)) { AccountId = accountId };

    /// <exception cref="FaultException">Malformed, with the contract's text.</exception>
    public static CleanPath TargetOf(string text) =>
        CleanPath.Exact(text.Trim() is { Length: > 0 } given ? given.TrimEnd('/') : DefaultTarget)
        ?? throw new FaultException(Fault.Malformed, "target_dir must be a clean absolute path");

    private static string Required(string value, string name) =>
        value.Trim() is { Length: > 0 } text ? text : throw new FaultException(Fault.Malformed, $"{name} is required");
}

using Shared.Faults;

namespace Migration.Migrations;

/// <summary>Why something did not arrive, or not as it was: the codes are stable, a client may tell them in its own words.</summary>
internal enum Reason
{
    CredentialsRefused,
    DriveFull,
    Locked,
    NotAllowed,
    NotThere,
    Changing,
    Unreachable,
    BadAnswer,
    BadName,
    NameTaken,
    TargetGone,
    TooLarge,
    ServerError,
    Shared,
    GroupFolder,
    ExternalStorage,
    EndToEndEncrypted,
    Pattern,
    NotChosen,
    MovedAtSource,
    DeletedAtSource,
}

/// <summary>What is told of a reason: its code, what happened, and what its reader can do.</summary>
internal sealed record ReasonText(string Code, string Words, string Advice)
{
    /// <summary>The row of a code that came from a record or a client; null when it is none.</summary>
    public static ReasonText? Of(string? code) => All.GetValueOrDefault(code ?? "");

    private static readonly Dictionary<string, ReasonText> All = Enum.GetValues<Reason>().Select(reason => reason.Text()).ToDictionary(text => text.Code);
}

internal static class Reasons
{
    private const string Again = "Have the failed files tried again.";

    /// <summary>What may be over a little later.</summary>
    public static readonly IReadOnlyList<Reason> Passing =
        [Reason.Locked, Reason.Changing, Reason.Unreachable, Reason.BadAnswer, Reason.ServerError, Reason.CredentialsRefused];

    /// <summary>The row of a reason; a reason without a row does not compile.</summary>
    public static ReasonText Text(this Reason reason) => reason switch
    {
        Reason.CredentialsRefused => new("credentials_refused", "The Nextcloud no longer accepts the password of this account.", "Make a new app password in the Nextcloud, and give it."),
        Reason.DriveFull => new("drive_full", "The drive, or the Nextcloud, has no space left.", "Make room, then have the failed files tried again."),
        Reason.Locked => new("locked", "Another program had it locked, at the Nextcloud or in the drive.", "Close it there, then have the failed files tried again."),
        Reason.NotAllowed => new("not_allowed", "The Nextcloud does not let this account read it.", "Ask its owner, or an administrator, for the right to download it."),
        Reason.NotThere => new("not_there", "It was listed and is no longer there.", "It was deleted or moved meanwhile: migrate again to bring what is there now."),
        Reason.Changing => new("changing", "It changed while it was read.", "Wait until nobody works on it, then have the failed files tried again."),
        Reason.Unreachable => new("unreachable", "The Nextcloud could not answer.", Again),
        Reason.BadAnswer => new("bad_answer", "The Nextcloud answered with something that is not this file.", "Try to download it in the Nextcloud; if that fails as well, its administrator has to repair it."),
        Reason.BadName => new("bad_name", "Its name cannot be used here.", "Rename it in the Nextcloud, then migrate again."),
        Reason.NameTaken => new("name_taken", "Something else has its name here.", "Rename one of both, then have the failed files tried again."),
        Reason.TargetGone => new("target_gone", "The folder it belongs in is gone from the drive.", "Migrate again, which makes the folder anew."),
        Reason.TooLarge => new("too_large", "It is larger than this server takes.", "Bring it another way, or ask the administrator."),
        Reason.ServerError => new("server_error", "A mistake of this server.", Again),
        Reason.Shared => new("shared", "Somebody else shares it with this account.", "Ask for it with include: shared, or leave it to its owner."),
        Reason.GroupFolder => new("group_folder", "It is a team folder.", "Ask for it with include: group, or leave it to the team."),
        Reason.ExternalStorage => new("external_storage", "It lies on a storage that is mounted in the Nextcloud.", "Ask for it with include: external, or bring it from there."),
        Reason.EndToEndEncrypted => new("end_to_end_encrypted", "It is encrypted end to end: only the Nextcloud apps can read it.", "Decrypt it in a Nextcloud app, then migrate again."),
        Reason.Pattern => new("pattern", "A pattern of this migration leaves it out.", "Change the patterns and migrate again, if it should come."),
        Reason.NotChosen => new("not_chosen", "It is in none of the folders that were chosen.", "Choose its folder and migrate again, if it should come."),
        Reason.MovedAtSource => new("moved_at_source", "It was renamed or moved in the Nextcloud since the last time; its bytes are the same.", ""),
        Reason.DeletedAtSource => new("deleted_at_source", "It is no longer in the Nextcloud; its copy in the drive was kept.", "Delete the copy, if it should go too."),
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    public static Reason Of(Fault fault) => fault switch
    {
        Fault.Unauthenticated => Reason.CredentialsRefused,
        Fault.OutOfSpace => Reason.DriveFull,
        Fault.Locked => Reason.Locked,
        Fault.Forbidden or Fault.MethodNotAllowed => Reason.NotAllowed,
        Fault.NotFound => Reason.NotThere,
        Fault.Changing or Fault.PreconditionFailed => Reason.Changing,
        Fault.Unavailable or Fault.Maintenance or Fault.TooManyRequests => Reason.Unreachable,
        Fault.BadGateway or Fault.UnsupportedMediaType => Reason.BadAnswer,
        Fault.Malformed or Fault.Invalid => Reason.BadName,
        Fault.AlreadyExists or Fault.Conflict => Reason.NameTaken,
        Fault.ParentNotFound => Reason.TargetGone,
        Fault.TooLarge => Reason.TooLarge,
        _ => Reason.ServerError,
    };
}

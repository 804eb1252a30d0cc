using System.Text.RegularExpressions;

namespace RemoteFiles.Documents;

/// <summary>Names of kinds of documents, and which of them are kept for the server itself (cozy-api section 9).</summary>
internal static partial class Doctypes
{
    // io.cozy.files is read under /files, where each one is checked; migrations belong to the service that runs them.
    private static readonly HashSet<string> Unreadable =
    [
        "io.cozy.files", "io.cozy.files.versions", "io.cozy.sessions", "io.cozy.sessions.logins", "io.cozy.permissions", "io.cozy.sharings",
        "io.cozy.sharings.answer", "io.cozy.shared", "io.cozy.oauth.clients", "io.cozy.oauth.access_codes", "io.cozy.instances", "io.cozy.intents",
        "io.cozy.nextcloud.migrations",
    ];

    private static readonly HashSet<string> Unwritable = ["io.cozy.jobs", "io.cozy.triggers", "io.cozy.apps", "io.cozy.konnectors"];

    public static bool IsValid(string doctype) => Name().IsMatch(doctype);

    public static bool IsReadable(string doctype) => !Unreadable.Contains(doctype);

    public static bool IsWritable(string doctype) => IsReadable(doctype) && !Unwritable.Contains(doctype);

    [GeneratedRegex(@"\A[a-z0-9_]+(\.[a-z0-9_]+)*\z")]
    private static partial Regex Name();
}

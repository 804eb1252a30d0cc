using System.Text.RegularExpressions;
using RemoteFiles.Accounts;
using Shared.Access;
using Shared.Documents;
using Shared.Faults;

namespace RemoteFiles.Documents;

/// <summary>Names of kinds of documents, and which of them are kept for the server itself (cozy-api section 9).</summary>
internal sealed partial class Doctypes(DocumentStore store, AccountStore accounts) : IDoctypes
{
    // io.cozy.files is read under /files, where each one is checked; migrations belong to the service that runs them.
    private static readonly HashSet<string> Unreadable =
    [
        "io.cozy.files", "io.cozy.files.versions", "io.cozy.sessions", "io.cozy.sessions.logins", "io.cozy.permissions", "io.cozy.sharings",
        "io.cozy.sharings.answer", "io.cozy.shared", "io.cozy.oauth.clients", "io.cozy.oauth.access_codes", "io.cozy.instances", "io.cozy.intents",
        "io.cozy.nextcloud.migrations",
    ];

    private static readonly HashSet<string> Unwritable = ["io.cozy.jobs", "io.cozy.triggers", "io.cozy.apps", "io.cozy.konnectors"];

    public IDocuments Read(Instance instance, string doctype) =>
        !Name().IsMatch(doctype) ? throw new FaultException(Fault.Malformed, $"Invalid doctype '{doctype}'")
        : Unreadable.Contains(doctype) ? throw new AccessException(Fault.Forbidden, $"reserved doctype {doctype} unreadable")
        : Of(instance, doctype);

    public IDocuments Write(Instance instance, string doctype) =>
        Unreadable.Contains(doctype) || Unwritable.Contains(doctype)
            ? throw new AccessException(Fault.Forbidden, $"reserved doctype {doctype} unwritable")
            : Read(instance, doctype);

    private IDocuments Of(Instance instance, string doctype)
    {
        var stored = new StoredDocuments(store, instance.Domain, doctype);
        return doctype == AccountStore.Doctype ? new AccountDocuments(stored, accounts, instance) : stored;
    }

    [GeneratedRegex(@"\A[a-z0-9_]+(\.[a-z0-9_]+)*\z")]
    private static partial Regex Name();
}

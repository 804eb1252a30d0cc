using System.Globalization;
using System.Text.Json.Nodes;
using Shared.Access;
using Shared.Documents;
using Shared.Faults;

namespace RemoteFiles.Accounts;

/// <summary>The io.cozy.accounts documents of an instance; what leaves here as a document never holds a secret in clear.</summary>
internal sealed class AccountStore(DocumentStore documents, Credentials credentials, TimeProvider clock)
{
    public const string Doctype = "io.cozy.accounts";
    private const string Nextcloud = "nextcloud";

    /// <summary>The login at a Nextcloud behind an account.</summary>
    /// <exception cref="FaultException">NotFound: no such account. Malformed: it is no Nextcloud account, or incomplete.</exception>
    public async Task<Account> GetNextcloudAsync(string instance, string id, CancellationToken ct)
    {
        var document = await FindAsync(instance, id, ct);
        return Read(instance, document) ?? throw new FaultException(Fault.Malformed, "invalid NextCloud account");
    }

    /// <summary>Stores a login, or refreshes the account that has the same address and login: its password and its user id.</summary>
    public async Task<string> SaveNextcloudAsync(Instance instance, Uri url, string login, string password, string userId, CancellationToken ct)
    {
        foreach (var known in await documents.ListAsync(instance.Domain, Doctype, ct))
        {
            // Also one whose password cannot be read any more: it gets a new one.
            if (LoginOf(known.Body) == (url, login))
            {
                credentials.Set(instance.Domain, known.Body["auth"]!.AsObject(), password);
                known.Body["webdav_user_id"] = userId;
                return (await documents.UpdateAsync(instance.Domain, Doctype, known, ct)).Id;
            }
        }

        var body = new JsonObject
        {
            ["account_type"] = Nextcloud,
            ["webdav_user_id"] = userId,
            ["auth"] = new JsonObject { ["url"] = url.ToString(), ["login"] = login, ["password"] = password },
        };
        return (await CreateAsync(instance, body, ct)).Id;
    }

    /// <summary>The address and login of an account, also of one whose password cannot be read any more.</summary>
    /// <exception cref="FaultException">NotFound: no such account. Malformed: it is no Nextcloud account, or incomplete.</exception>
    public async Task<(Uri Url, string Login)> GetLoginAsync(string instance, string id, CancellationToken ct) =>
        LoginOf((await FindAsync(instance, id, ct)).Body) ?? throw new FaultException(Fault.Malformed, "invalid NextCloud account");

    /// <summary>Gives a Nextcloud account another password.</summary>
    public async Task SetPasswordAsync(string instance, string id, string password, CancellationToken ct)
    {
        var document = await FindAsync(instance, id, ct);
        credentials.Set(instance, document.Body["auth"]!.AsObject(), password);
        await documents.UpdateAsync(instance, Doctype, document, ct);
    }

    /// <summary>Its document is gone, whatever it says by now.</summary>
    public async Task ForgetAsync(string instance, string id, CancellationToken ct)
    {
        var document = await FindAsync(instance, id, ct);
        await documents.DeleteAsync(instance, Doctype, id, document.Rev, ct);
    }

    /// <summary>Keeps what was found out about an account; when its document has changed meanwhile, the next request finds it out again.</summary>
    public async Task RememberUserIdAsync(string instance, string id, string userId, CancellationToken ct)
    {
        if (await documents.FindAsync(instance, Doctype, id, ct) is not { } document)
        {
            return;
        }

        document.Body["webdav_user_id"] = userId;
        try
        {
            await documents.UpdateAsync(instance, Doctype, document, ct);
        }
        catch (FaultException e) when (e.Fault == Fault.Conflict)
        {
            // Two first requests at once: the other one was faster.
        }
    }

    /// <summary>Stores a document of any account type, its secrets encrypted.</summary>
    public Task<Document> CreateAsync(Instance instance, JsonObject body, CancellationToken ct)
    {
        Prepare(instance, body);
        return documents.CreateAsync(instance.Domain, Doctype, body, ct);
    }

    /// <summary>Makes a new document of what a client sends: its secrets encrypted, with a name and a date.</summary>
    public void Prepare(Instance instance, JsonObject body)
    {
        foreach (var auth in AuthsOf(body))
        {
            body["name"] ??= auth["login"]?.DeepClone();
        }

        Hide(instance, body);
        var now = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        body["cozyMetadata"] ??= new JsonObject
        {
            ["doctypeVersion"] = "1",
            ["metadataVersion"] = 1,
            ["createdAt"] = now,
            ["updatedAt"] = now,
            ["createdOn"] = instance.Url,
        };
    }

    /// <summary>Encrypts the secrets in clear; what was encrypted before stays as it is.</summary>
    public void Hide(Instance instance, JsonObject body)
    {
        foreach (var auth in AuthsOf(body))
        {
            credentials.Hide(instance.Domain, auth);
        }
    }

    private static IEnumerable<JsonObject> AuthsOf(JsonObject body) =>
        new[] { body["auth"], (body["data"] as JsonObject)?["auth"] }.OfType<JsonObject>();

    private async Task<Document> FindAsync(string instance, string id, CancellationToken ct) =>
        await documents.FindAsync(instance, Doctype, id, ct) ?? throw new FaultException(Fault.NotFound, "account not found");

    private Account? Read(string instance, Document document) =>
        LoginOf(document.Body) is var (url, login) && credentials.Password(instance, document.Body["auth"]!.AsObject()) is { } password
            ? new(document.Id, url, login, password, Text(document.Body, "webdav_user_id") ?? "")
            : null;

    private static (Uri Url, string Login)? LoginOf(JsonObject body) =>
        Text(body, "account_type") == Nextcloud
        && body["auth"] is JsonObject auth
        && NextcloudUrl.TryParse(Text(auth, "url"), out var url)
        && Text(auth, "login") is { Length: > 0 } login
            ? (url, login)
            : null;

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}

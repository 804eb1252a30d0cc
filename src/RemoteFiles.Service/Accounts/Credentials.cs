using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;

namespace RemoteFiles.Accounts;

/// <summary>
/// Secrets of io.cozy.accounts documents at rest: encrypted with Data Protection for one instance and one login, under the field names of the
/// Cozy (<c>credentials_encrypted</c> for login and password, <c>&lt;name&gt;_encrypted</c> for the others).
/// </summary>
internal sealed class Credentials(IDataProtectionProvider protection)
{
    private const string Field = "credentials_encrypted";
    private static readonly string[] Secrets = ["secret", "dob", "code", "answer", "access_token", "refresh_token", "appSecret", "session"];

    /// <summary>Replaces every secret in clear inside <paramref name="auth"/> by its encrypted form.</summary>
    public void Hide(string instance, JsonObject auth)
    {
        if (Take(auth, "password") is { } password)
        {
            Set(instance, auth, password);
        }

        foreach (var name in Secrets)
        {
            if (Take(auth, name) is { } secret)
            {
                auth[name + "_encrypted"] = Protector(instance, auth).Protect(secret);
            }
        }
    }

    public void Set(string instance, JsonObject auth, string password) => auth[Field] = Protector(instance, auth).Protect(password);

    /// <summary>The password in clear; null when there is none, or none that was encrypted here for this instance, address and login.</summary>
    public string? Password(string instance, JsonObject auth)
    {
        if (auth[Field] is not JsonValue text || !text.TryGetValue(out string? hidden))
        {
            return null;
        }

        try
        {
            return Protector(instance, auth).Unprotect(hidden);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // The address and the login belong to the key: what is copied into an account of another server opens nothing there.
    private IDataProtector Protector(string instance, JsonObject auth) =>
        protection.CreateProtector("io.cozy.accounts", instance, Text(auth, "url"), Text(auth, "login"));

    private static string Text(JsonObject auth, string name) => auth[name] is JsonValue text && text.TryGetValue(out string? value) ? value : "";

    private static string? Take(JsonObject auth, string name)
    {
        var value = auth[name] is JsonValue text && text.TryGetValue(out string? clear) ? clear : null;
        auth.Remove(name);
        return value;
    }
}

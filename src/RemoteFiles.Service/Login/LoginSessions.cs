using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Shared.Access;

namespace RemoteFiles.Login;

/// <summary>How far a browser has come in connecting one app; it opens nothing else.</summary>
/// <param name="Flow">The login it belongs to: no other page takes it.</param>
/// <param name="App">The name of the app that asks.</param>
/// <param name="IsSignedIn">The passphrase was right.</param>
internal sealed record LoginSession(string Flow, string App, bool IsSignedIn);

/// <summary>
/// Sessions of browsers, in a signed cookie each, so that every replica knows them and none is stored. A form is bound to
/// its cookie by a second signature: no other site can send it.
/// </summary>
internal sealed class LoginSessions(MasterKey master, TimeProvider clock)
{
    private const char Separator = '\n';
    private const int NonceLength = 22;

    /// <summary>How long a person may take over a page.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(20);

    /// <summary>The value of a cookie, new each time.</summary>
    public string Seal(Instance instance, LoginSession session, TimeSpan validity)
    {
        var expires = (clock.GetUtcNow() + validity).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var nonce = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", NonceLength);
        var signed = Encoding.UTF8.GetBytes(string.Join(Separator, nonce, expires, session.IsSignedIn ? "1" : "0", session.Flow, session.App));
        return Base64Url.EncodeToString([.. Sign(instance, "login cookie", signed), .. signed]);
    }

    /// <summary>Null when it is none of ours, too old, or of another login.</summary>
    public LoginSession? Open(Instance instance, string? cookie, string flow)
    {
        if (string.IsNullOrEmpty(cookie) || !Base64Url.IsValid(cookie, out var length) || length <= HMACSHA256.HashSizeInBytes)
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(cookie);
        var signed = bytes[HMACSHA256.HashSizeInBytes..];
        return CryptographicOperations.FixedTimeEquals(Sign(instance, "login cookie", signed), bytes.AsSpan(0, HMACSHA256.HashSizeInBytes))
            && Encoding.UTF8.GetString(signed).Split(Separator, 5) is [_, var expires, var isSignedIn, var itsFlow, var app]
            && long.Parse(expires, CultureInfo.InvariantCulture) >= clock.GetUtcNow().ToUnixTimeSeconds()
            && itsFlow == flow
                ? new(itsFlow, app, isSignedIn == "1")
                : null;
    }

    /// <summary>What the forms of a session carry.</summary>
    public string StateOf(Instance instance, string cookie) => Base64Url.EncodeToString(Sign(instance, "login form", Encoding.UTF8.GetBytes(cookie)));

    public bool IsStateOf(Instance instance, string cookie, string state) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(StateOf(instance, cookie)), Encoding.UTF8.GetBytes(state));

    private byte[] Sign(Instance instance, string purpose, byte[] signed) =>
        HMACSHA256.HashData(master.Derive(purpose, instance.Domain + "\n" + instance.TokenSalt), signed);
}

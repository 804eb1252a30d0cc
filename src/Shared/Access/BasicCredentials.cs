using System.Text;

namespace Shared.Access;

/// <summary>The user and password of an Authorization header (RFC 7617).</summary>
internal sealed record BasicCredentials(string User, string Password)
{
    /// <summary>Null when the header is of another kind or malformed.</summary>
    public static BasicCredentials? Read(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[1024];
        return Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length)
            && Encoding.UTF8.GetString(bytes[..length]).Split(':', 2) is [var user, var password]
            ? new(user, password)
            : null;
    }

    public override string ToString() => User;
}

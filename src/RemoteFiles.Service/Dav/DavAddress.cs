using System.Buffers;
using System.Text;
using RemoteFiles.Access;
using RemoteFiles.Files;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>Addresses below <c>/remote.php</c>: written into answers, and read from Destination and If, each segment decoded once.</summary>
internal static class DavAddress
{
    public const string Old = "/remote.php/webdav";

    // RFC 3986 section 2.3, and the slash between names.
    private static readonly SearchValues<char> Plain = SearchValues.Create("/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static string Files(string user) => $"/remote.php/dav/files/{user}";

    /// <summary>Every name percent-encoded; folders end with a slash.</summary>
    public static string Href(string root, FilePath path, bool isFolder) => root + (path.IsRoot ? "" : Escaped(path.ToString())) + (isFolder ? "/" : "");

    /// <summary>The decoded segments of an address of this server: whole, or a path alone (RFC 4918 section 8.3).</summary>
    /// <exception cref="FaultException">BadGateway: it is of another server.</exception>
    public static string[] Segments(HttpContext context, string address)
    {
        var path = address.Trim();
        if (!path.StartsWith('/'))
        {
            if (!Uri.TryCreate(path, UriKind.Absolute, out var whole) || !IsHere(whole, context.Request.Host))
            {
                throw new FaultException(Fault.BadGateway, "the address is not of this server");
            }

            var start = path.IndexOf('/', path.IndexOf("://", StringComparison.Ordinal) + 3);
            path = start < 0 ? "/" : path[start..];
        }

        // A proxy takes its own path away from the target, but not from headers and bodies.
        var prefix = Visitor.PrefixOf(context);
        path = prefix.Length > 0 && path.StartsWith(prefix + "/", StringComparison.Ordinal) ? path[prefix.Length..] : path;
        return [.. path.Split('?', 2)[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(RawRoutingExtensions.DecodeRawName)];
    }

    /// <summary>The path of an address in the user's files; null when it lies elsewhere.</summary>
    public static FilePath? FileOf(HttpContext context, string address) => Segments(context, address) switch
    {
        ["remote.php", "webdav", .. var names] => Of(names),
        ["remote.php", "dav", "files", var user, .. var names] when user == context.Instance().UserId => Of(names),
        _ => null,
    };

    /// <summary>The path as the drive has it: exactly so, or with a name in Unicode form C where there is nothing of that name.</summary>
    public static async Task<FilePath> ResolveAsync(ICozyDrive drive, FilePath path, CancellationToken ct)
    {
        if (path.ToString().IsNormalized(NormalizationForm.FormC))
        {
            return path;
        }

        var resolved = FilePath.Root;
        foreach (var name in path.Names)
        {
            var exact = resolved.Child(name);
            resolved = name.IsNormalized(NormalizationForm.FormC) || await drive.StatAsync(exact, ct) is not null
                ? exact
                : resolved.Child(name.Normalize(NormalizationForm.FormC));
        }

        return resolved;
    }

    // Most names need no escape.
    private static string Escaped(string path) =>
        path.AsSpan().ContainsAnyExcept(Plain) ? Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal) : path;

    private static FilePath Of(IEnumerable<string> names) => names.Aggregate(FilePath.Root, (path, name) => path.Child(name));

    // The port may be left out where it is the scheme's own.
    private static bool IsHere(Uri address, HostString host) =>
        string.Equals(address.Host, host.Host, StringComparison.OrdinalIgnoreCase) && (host.Port is null || address.IsDefaultPort || address.Port == host.Port);
}

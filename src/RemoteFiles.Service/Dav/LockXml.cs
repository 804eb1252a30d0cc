using System.Globalization;
using System.Security;
using RemoteFiles.Files;

namespace RemoteFiles.Dav;

/// <summary>Locks as XML (RFC 4918 sections 15.8 and 15.10), inside an element that declares the prefix d.</summary>
internal static class LockXml
{
    public const string Supported =
        "<d:lockentry><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockentry>"
        + "<d:lockentry><d:lockscope><d:shared/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockentry>";

    public static string Of(IEnumerable<DriveLock> locks, string root) => string.Concat(locks.Select(held => Of(held, root)));

    private static string Of(DriveLock held, string root)
    {
        var owner = held.Owner.Length > 0 ? $"<d:owner>{held.Owner}</d:owner>" : "";
        return $"<d:activelock><d:locktype><d:write/></d:locktype><d:lockscope><d:{(held.IsExclusive ? "exclusive" : "shared")}/></d:lockscope>"
            + $"<d:depth>{(held.IsDeep ? "infinity" : "0")}</d:depth>{owner}"
            + string.Create(CultureInfo.InvariantCulture, $"<d:timeout>Second-{(long)held.Timeout.TotalSeconds}</d:timeout>")
            + $"<d:locktoken><d:href>{SecurityElement.Escape(held.Token)}</d:href></d:locktoken>"
            + $"<d:lockroot><d:href>{SecurityElement.Escape(DavAddress.Href(root, held.Path, isFolder: false))}</d:href></d:lockroot></d:activelock>";
    }
}

using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// One of an account's WebDAV collections. Turns paths into addresses and the addresses of answers back into paths; each
/// name is encoded once and decoded once, and nothing in between makes it prettier.
/// </summary>
internal sealed class DavRoot
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Real ones end where their file system does, at 4096 bytes; a tree without end ends here.
    private const int LongestAddress = 32 * 1024;

    private readonly string address;
    private readonly string[] names;

    private DavRoot(Account account, params string[] below)
    {
        var home = account.Url.AbsolutePath.TrimEnd('/');
        address = string.Join('/', [$"{account.Url.Scheme}://{account.Url.Authority}{home}", "remote.php", "dav", .. below.Select(Encode)]);
        names = [.. account.Url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString), "remote.php", "dav", .. below];
    }

    public static DavRoot Files(Account account) => new(account, "files", account.UserId);

    /// <summary>Around all of them, where they are searched.</summary>
    public static DavRoot All(Account account) => new(account);

    public static DavRoot Trash(Account account) => new(account, "trashbin", account.UserId, "trash");

    /// <summary>Where parts of files wait to be made one.</summary>
    public static DavRoot Uploads(Account account) => new(account, "uploads", account.UserId);

    /// <summary>Where a trashed item is moved to, to go back where it came from.</summary>
    public static DavRoot Restore(Account account) => new(account, "trashbin", account.UserId, "restore");

    public Uri At(FilePath path) => path.IsRoot ? Folder(path) : Raw(Join(path));

    public Uri Folder(FilePath path, string query = "") => Raw(Join(path) + "/" + query);

    /// <summary>The collection itself without a slash, as emptying the trash wants it.</summary>
    public Uri Self => Raw(address);

    /// <summary>Reads a <c>d:href</c>: an absolute path or a whole address (RFC 4918 section 8.3). False when it is not below this root.</summary>
    public bool TryLocate(string href, [NotNullWhen(true)] out FilePath? path)
    {
        path = null;
        var scheme = href.IndexOf("://", StringComparison.Ordinal);
        var start = href.StartsWith('/') ? 0 : scheme < 0 ? -1 : href.IndexOf('/', scheme + 3);
        if (start < 0)
        {
            return false;
        }

        if (href.Length > LongestAddress)
        {
            return false;
        }

        var found = href[start..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < found.Length; i++)
        {
            if (!TryDecode(found[i], out found[i]))
            {
                return false;
            }
        }

        if (!found.AsSpan().StartsWith(names))
        {
            return false;
        }

        path = FilePath.Parse(string.Join('/', found[names.Length..]));
        return true;
    }

    private static Uri Raw(string text) => new(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static string Encode(string name)
    {
        try
        {
            _ = StrictUtf8.GetByteCount(name);
        }
        catch (EncoderFallbackException e)
        {
            throw new FaultException(Fault.Malformed, "a file name is not valid Unicode", e);
        }

        return Uri.EscapeDataString(name);
    }

    /// <summary>False for what cannot be one name: a broken escape, bytes that are not UTF-8, a slash, <c>.</c> or <c>..</c>, NUL.</summary>
    private static bool TryDecode(string segment, out string name)
    {
        name = segment;
        try
        {
            var bytes = StrictUtf8.GetBytes(segment);
            var length = 0;
            for (var i = 0; i < bytes.Length; i++, length++)
            {
                if (bytes[i] != '%')
                {
                    bytes[length] = bytes[i];
                }
                else if (Utf8Parser.TryParse(bytes.AsSpan(i + 1, Math.Min(2, bytes.Length - i - 1)), out byte value, out var used, 'X') && used == 2)
                {
                    bytes[length] = value;
                    i += 2;
                }
                else
                {
                    return false;
                }
            }

            name = StrictUtf8.GetString(bytes, 0, length);
        }
        catch (ArgumentException)
        {
            return false;
        }

        return name is not ("." or "..") && !name.AsSpan().ContainsAny('/', '\0');
    }

    private string Join(FilePath path) => string.Join('/', path.Names.Select(Encode).Prepend(address));
}

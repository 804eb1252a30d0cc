using System.Globalization;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>One <c>d:response</c> of a listing: where it is, and the properties the server knows (those of its 200 propstats).</summary>
internal sealed record DavResource(FilePath Path, IReadOnlyDictionary<(string Namespace, string Name), string> Properties, string Host)
{
    /// <summary>Nextcloud writes the epoch where it has no date; nobody's file is that old.</summary>
    private static readonly DateTimeOffset NoDate = new(1970, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Null when the server did not say what it is.</summary>
    public bool? IsFolder => Properties.TryGetValue(DavNames.ResourceType, out var type) ? type == MultiStatus.Collection : null;

    public string this[(string Namespace, string Name) property] => Properties.GetValueOrDefault(property, "");

    /// <exception cref="FaultException">BadGateway without type or file id: that is how Nextcloud lists the home of somebody else.</exception>
    public Entry ToEntry()
    {
        if (IsFolder is not { } isFolder || this[DavNames.FileId] is not { Length: > 0 } id)
        {
            throw new FaultException(Fault.BadGateway, $"{Host} lists {Path} without saying what it is: not a Nextcloud, or not this user's files");
        }

        return new Entry
        {
            Id = id,
            Path = Path,
            IsFolder = isFolder,
            Size = isFolder ? Number(DavNames.Size) : Number(DavNames.ContentLength) ?? Number(DavNames.Size),
            ETag = HeaderText.OrNothing(this[DavNames.ETag]),
            ModifiedAt = Date(this[DavNames.LastModified]),
            ContentType = HeaderText.OrNothing(this[DavNames.ContentType]),
            IsOwn = IsOwn(this[DavNames.Permissions]) && this[DavNames.MountType].Length == 0,
            Kind = Kind(this[DavNames.Permissions], this[DavNames.MountType], this[DavNames.IsEncrypted]),
            IsFavorite = this[DavNames.Favorite] == "1",
        };
    }

    /// <summary>D: may be deleted. S and M stand on everything inside what others share, and what is mounted. Nothing is no yes.</summary>
    private static bool IsOwn(string permissions) => permissions.Contains('D', StringComparison.Ordinal) && permissions.AsSpan().IndexOfAny('S', 'M') < 0;

    /// <summary>The types of Nextcloud's mounts: <c>shared</c>, <c>group</c>, <c>external</c> and <c>external-session</c>.</summary>
    private static EntryKind Kind(string permissions, string mountType, string isEncrypted) =>
        isEncrypted == "1" ? EntryKind.Encrypted
        : mountType == "group" ? EntryKind.Group
        : mountType == "shared" ? EntryKind.Shared
        : mountType.Length > 0 ? EntryKind.External
        : permissions.Contains('S', StringComparison.Ordinal) ? EntryKind.Shared
        : permissions.Contains('M', StringComparison.Ordinal) ? EntryKind.External
        : EntryKind.Own;

    /// <summary>Null for the negative sizes of storages that were not scanned yet.</summary>
    private long? Number((string Namespace, string Name) property) =>
        long.TryParse(this[property], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>RFC 4918 section 15.7: <c>Sat, 21 Nov 2026 17:36:05 GMT</c>.</summary>
    private static DateTimeOffset? Date(string text) =>
        DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date > NoDate ? date : null;
}

using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Protos;
using RemoteFiles.Files;

namespace RemoteFiles.JsonApi;

/// <summary>An entry of the drive as the io.cozy.files resource of JSON:API (cozy-api 8.2 and 8.3).</summary>
internal static class CozyFiles
{
    private const string Doctype = CozyFileDocuments.Doctype;

    /// <summary>A file, or a directory without its children. <paramref name="instanceUrl"/> ends with a slash.</summary>
    public static CozyFile Of(Entry entry, string instanceUrl)
    {
        var cozy = entry.Cozy ?? throw new ArgumentException("not an entry of the drive", nameof(entry));
        var self = "/files/" + entry.Id;
        var attributes = entry.IsFolder ? Directory(entry, cozy, instanceUrl) : File(entry, cozy, instanceUrl);
        attributes.Tags.Add(cozy.Annotations.Tags);
        attributes.Metadata = cozy.Annotations.Metadata is { } metadata ? Struct.Parser.ParseJson(metadata.ToJsonString()) : null;
        return new()
        {
            Type = Doctype,
            Id = entry.Id,
            Attributes = attributes,
            Meta = new() { Rev = cozy.Rev },
            Links = new() { Self = self },
            Relationships = new()
            {
                Parent = Parent(cozy.ParentId, entry.IsFolder),
                ReferencedBy = new() { Links = new() { Self = self + "/relationships/references" } },
            },
        };
    }

    /// <summary>RFC 3339 in UTC.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static CozyFileAttributes Directory(Entry entry, CozyFacts cozy, string instanceUrl) => new()
    {
        Type = "directory",
        Name = entry.Path.Name,
        DirId = cozy.ParentId,
        CreatedAt = Time(cozy.CreatedAt),
        UpdatedAt = Time(entry.ModifiedAt ?? cozy.CreatedAt),
        Path = entry.Path.ToString(),
        RestorePath = cozy.RestorePath,
        CozyMetadata = Metadata(entry, cozy, instanceUrl),
    };

    private static CozyFileAttributes File(Entry entry, CozyFacts cozy, string instanceUrl)
    {
        var mime = entry.ContentType.Split(';')[0].Trim();
        var metadata = Metadata(entry, cozy, instanceUrl);
        metadata.UploadedAt = Time(cozy.StoredAt);
        metadata.UploadedOn = instanceUrl;
        metadata.UploadedBy = cozy.Creator.Length > 0 ? new() { Slug = cozy.Creator } : null;
        return new()
        {
            Type = "file",
            Name = entry.Path.Name,
            DirId = cozy.ParentId,
            CreatedAt = Time(cozy.CreatedAt),
            UpdatedAt = Time(entry.ModifiedAt ?? cozy.CreatedAt),
            Size = (entry.Size ?? 0).ToString(CultureInfo.InvariantCulture),
            Md5Sum = Convert.ToBase64String(entry.Md5.Span),
            Mime = mime,
            Class = MimeTypes.ClassOf(mime),
            Executable = cozy.Executable,
            Trashed = cozy.Trashed,
            RestorePath = cozy.RestorePath,
            Encrypted = cozy.Encrypted,
            CozyMetadata = metadata,
        };
    }

    private static CozyMetadata Metadata(Entry entry, CozyFacts cozy, string instanceUrl)
    {
        var metadata = new CozyMetadata
        {
            DoctypeVersion = "1",
            MetadataVersion = 1,
            CreatedAt = Time(cozy.CreatedAt),
            CreatedByApp = cozy.Creator,
            CreatedOn = instanceUrl,
            UpdatedAt = Time(cozy.StoredAt),
            SourceAccount = entry.Origin?.Account ?? cozy.Annotations.SourceAccount,
            SourceAccountIdentifier = cozy.Annotations.SourceAccountIdentifier,
            Favorite = cozy.Annotations.Favorite,
        };
        if (cozy.Creator.Length > 0)
        {
            metadata.UpdatedByApps.Add(new UpdatedByApp { Slug = cozy.Creator, Date = Time(cozy.StoredAt), Instance = instanceUrl });
        }

        return metadata;
    }

    private static ToOne Parent(string parentId, bool isFolder)
    {
        if (parentId.Length == 0)
        {
            return new();
        }

        var related = "/files/" + parentId;
        return new()
        {
            Links = isFolder ? new() { Self = related } : new() { Related = related },
            Data = new() { Id = parentId, Type = Doctype },
        };
    }
}

using System.Globalization;
using System.Security.Cryptography;
using RemoteFiles.Files;

namespace RemoteFiles.Drive;

/// <summary>A row of the table of nodes.</summary>
internal sealed record Node
{
    public const string TrashName = ".cozy_trash";

    private const int Folder = 0;
    private const int File = 1;

    public long FileId { get; init; }

    public required string Instance { get; init; }

    public required string Id { get; init; }

    public required string ParentId { get; init; }

    public required string Name { get; init; }

    public int Kind { get; init; }

    public long Generation { get; init; } = 1;

    public string Revision { get; init; } = "";

    public string Rev => string.Create(CultureInfo.InvariantCulture, $"{Generation}-{Revision}");

    public string ETag { get; init; } = "";

    public long Size { get; init; }

    public string? BlobId { get; init; }

    public byte[]? Md5 { get; init; }

    public byte[]? Sha256 { get; init; }

    public string ContentType { get; init; } = "";

    public long CreatedAt { get; init; }

    public long ModifiedAt { get; init; }

    public long StoredAt { get; init; }

    public long? TrashedAt { get; init; }

    public string RestorePath { get; init; } = "";

    public bool Executable { get; init; }

    public bool Encrypted { get; init; }

    public string Creator { get; init; } = "";

    public string OriginAccount { get; init; } = "";

    public string OriginId { get; init; } = "";

    public string OriginETag { get; init; } = "";

    /// <summary>JSON of <see cref="Files.Annotations"/>.</summary>
    public string Annotations { get; init; } = "{}";

    public bool IsFolder => Kind == Folder;

    /// <summary>What it takes in memory, about: texts of any length, and the rest.</summary>
    public long Bytes => 1024 + ((Name.Length + Annotations.Length + RestorePath.Length) * sizeof(char));

    /// <summary>In the trash, or the trash itself: nothing is put here.</summary>
    public bool IsTrash => TrashedAt is not null || Id == ICozyDrive.TrashId;

    public static Node NewRoot(string instance, long now) =>
        new() { Instance = instance, Id = ICozyDrive.RootId, ParentId = "", Name = "", Kind = Folder, Revision = NewHex(), ETag = NewHex(), CreatedAt = now, ModifiedAt = now, StoredAt = now };

    public static Node NewFolder(Node parent, string name, long now) => New(parent, name, Folder, now);

    public static Node NewFile(Node parent, string name, long now) => New(parent, name, File, now);

    public static int KindOf(bool isFolder) => isFolder ? Folder : File;

    /// <summary>Ordered by time, so that new rows land side by side in the index (RFC 9562 section 5.7).</summary>
    public static string NewId(long now) => Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(now)).ToString("N");

    public static string NewHex() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The same document in its next revision.</summary>
    public Node Revised() => this with { Generation = Generation + 1, Revision = NewHex() };

    public Entry ToEntry(FilePath path) => new()
    {
        Id = Id,
        Path = path,
        IsFolder = IsFolder,
        Size = Size,
        ETag = $"\"{ETag}\"",
        ModifiedAt = DateTimeOffset.FromUnixTimeMilliseconds(ModifiedAt),
        ContentType = ContentType,
        Md5 = Md5,
        Sha256 = Sha256,
        Origin = OriginId.Length == 0 ? null : new(OriginAccount, OriginId, OriginETag),
        Cozy = new(
            ParentId,
            Rev,
            DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            DateTimeOffset.FromUnixTimeMilliseconds(StoredAt),
            TrashedAt is not null,
            Executable,
            Encrypted,
            Creator)
        {
            FileId = FileId,
            TrashedAt = TrashedAt is { } trashed ? DateTimeOffset.FromUnixTimeMilliseconds(trashed) : null,
            RestorePath = RestorePath.Length == 0 ? "" : FilePath.Parse(RestorePath).Parent.ToString(),
            Annotations = Files.Annotations.Parse(Annotations),
        },
    };

    private static Node New(Node parent, string name, int kind, long now) =>
        new() { Instance = parent.Instance, Id = NewId(now), ParentId = parent.Id, Name = name, Kind = kind, Revision = NewHex(), ETag = NewHex(), CreatedAt = now, ModifiedAt = now, StoredAt = now };
}

using System.Text.Json.Nodes;
using RemoteFiles.Files;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Access;

/// <summary>The drive as one caller may use it: a rule that names a directory covers everything below it (cozy-api 2.5).</summary>
internal sealed class FilePermissions(ICozyDrive drive, PermissionSet permissions)
{
    private const string Doctype = "io.cozy.files";

    /// <summary>Of the caller of this request, with the drive of its instance.</summary>
    public static FilePermissions Of(HttpContext context, ICozyDrive drive) => new(drive, context.Caller().Permissions!);

    /// <exception cref="FaultException">NotFound; Forbidden also where the id is unknown.</exception>
    public async Task<Entry> FindAsync(string verb, string id, CancellationToken ct)
    {
        var entry = await drive.FindAsync(id, ct);
        await (entry is null ? CheckAsync(verb, id, fields: null, ct) : CheckAsync(verb, entry, ct));
        return entry ?? throw NoFile();
    }

    /// <summary>What is missing is Forbidden where the folder around it is: nobody learns names that they may not read.</summary>
    public async Task<Entry> StatAsync(string verb, FilePath path, CancellationToken ct)
    {
        var entry = await drive.StatAsync(path, ct);
        await CheckAsync(verb, entry ?? await NearestAsync(path, ct), ct);
        return entry ?? throw NoFile();
    }

    /// <summary>Something new of this name, in a folder.</summary>
    public Task CheckNewAsync(string verb, Entry folder, bool isFolder, string name, CancellationToken ct) => CheckAsync(
        verb, folder.Id, new() { ["type"] = isFolder ? "directory" : "file", ["name"] = name }, ct);

    /// <summary>Something new at a path whose folders may be missing too.</summary>
    public async Task CheckNewAsync(string verb, FilePath path, CancellationToken ct) =>
        await CheckNewAsync(verb, await NearestAsync(path, ct), isFolder: true, path.Name, ct);

    // A selector opens files alone: what is said of a directory tells of its children.
    public Task CheckAsync(string verb, Entry entry, CancellationToken ct) => CheckAsync(verb, entry.Id, entry.IsFolder ? null : FieldsOf(entry), ct);

    private async Task CheckAsync(string verb, string id, JsonObject? fields, CancellationToken ct)
    {
        if (!permissions.AllowsDocument(verb, Doctype, ICozyDrive.RootId)
            && !permissions.AllowsDocument(verb, Doctype, id)
            && !(fields is not null && permissions.AllowsDocument(verb, Doctype, id, fields))
            && !(await drive.AncestorsAsync(id, ct)).Any(above => permissions.AllowsDocument(verb, Doctype, above)))
        {
            throw new AccessException(Fault.Forbidden, "Forbidden");
        }
    }

    private async Task<Entry> NearestAsync(FilePath path, CancellationToken ct)
    {
        Entry? there;
        do
        {
            path = path.Parent;
            there = await drive.StatAsync(path, ct);
        }
        while (there is null);
        return there;
    }

    private static JsonObject FieldsOf(Entry entry)
    {
        var mime = entry.ContentType.Split(';')[0].Trim();
        return new()
        {
            ["type"] = "file",
            ["name"] = entry.Path.Name,
            ["mime"] = mime,
            ["class"] = MimeTypes.ClassOf(mime),
            ["tags"] = new JsonArray([.. entry.Cozy!.Annotations.Tags.Select(tag => JsonValue.Create(tag))]),
        };
    }

    private static FaultException NoFile() => new(Fault.NotFound, "file does not exist");
}

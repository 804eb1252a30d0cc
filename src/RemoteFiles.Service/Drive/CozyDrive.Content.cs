using RemoteFiles.Files;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Drive;

// Bytes in and out.
internal sealed partial class CozyDrive
{
    public async Task<Download> OpenAsync(FilePath file, long offset, CancellationToken ct)
    {
        var (node, held) = await FileAsync(file, ct);
        return await OpenAsync(file, node, held, offset, ct);
    }

    public async Task<DriveLook?> LookAsync(FilePath path, CancellationToken ct)
    {
        await store.BeginAsync(instance, ct);
        return await store.Looks.ReadAsync((instance, path), db => LookAsync(new(db, instance), path), ct) is { } look
            ? new(look.Node.ToEntry(path), look.Properties, (offset, stop) => OpenAsync(path, look.Node, look.Held, offset, stop))
            : null;
    }

    private static async Task<Look?> LookAsync(Nodes nodes, FilePath path) => await nodes.FindAsync(path) is { } node
        ? new(node, [.. await nodes.Properties.OfAsync(node.Id)], await HeldAsync(nodes, node))
        : null;

    public Task<Entry> WriteAsync(FilePath file, Upload upload, CancellationToken ct) =>
        StoreAsync(nodes => PlaceOfAsync(nodes, file, upload), upload, ct);

    public Task<Entry> OverwriteAsync(string id, Upload upload, CancellationToken ct) => StoreAsync(
        async nodes =>
        {
            var node = await nodes.FindAsync(id) is { IsFolder: false } file ? file : throw DriveFaults.NotFound();
            if (node.TrashedAt is not null)
            {
                throw DriveFaults.ParentInTrash();
            }

            var path = await nodes.PathOfAsync(id);
            await DemandFreeAsync(nodes, Reach.Content, path);
            return new(path, (await nodes.FindAsync(node.ParentId))!, node);
        },
        upload,
        ct);

    private async Task<Download> OpenAsync(FilePath file, Node node, byte[]? held, long offset, CancellationToken ct)
    {
        var body = await OpenAsync(node, held, offset, ct);
        for (; body is null; body = await OpenAsync(node, held, offset, ct))
        {
            // Between the look and the open it may have been overwritten or deleted: look again.
            var missing = node.BlobId;
            (node, held) = await FileAsync(file, ct);
            if (node.BlobId == missing)
            {
                DriveMetrics.Damaged();
                store.Damaged(missing, node.FileId);
                throw new FaultException(Fault.Unavailable, "the content of this file cannot be read now");
            }
        }

        return new(node.ToEntry(file), body, node.Size - offset);
    }

    private async Task<Entry> StoreAsync(Func<Nodes, Task<Place>> find, Upload upload, CancellationToken ct)
    {
        var quota = await store.QuotaAsync(instance, ct);
        var isSmall = upload.Length <= store.LargestSmallContent;

        // Before the body, unless that is soon read; the commit looks again.
        long? room = null;
        if (!isSmall || quota is not null)
        {
            room = await ReadAsync(async nodes => await RoomAsync(nodes, quota, Expected(await find(nodes), upload).Taken), ct);
        }

        if (upload.Length > room)
        {
            throw DriveFaults.OutOfSpace();
        }

        if (isSmall)
        {
            return await StoreSmallAsync(find, upload, quota, ct);
        }

        var blob = await store.Blobs.WriteAsync(upload, room, ct);
        try
        {
            await upload.Confirm(blob.Sha256, ct);
            var (stored, replaced) = await WriteAsync(async nodes => await CommitAsync(nodes, Expected(await find(nodes), upload), upload, blob, quota), ct);
            FaultPoint.Pass(FaultPoint.FileCommitted);
            DriveMetrics.Stored(blob.Size);
            await store.DiscardAsync(replaced);
            return stored;
        }
        catch
        {
            await store.DiscardAsync([blob.Id]);
            throw;
        }
    }

    private async Task<Entry> StoreSmallAsync(Func<Nodes, Task<Place>> find, Upload upload, long? quota, CancellationToken ct)
    {
        var content = await SmallContent.ReadAsync(upload, store.Now, ct);
        await upload.Confirm(content.Blob.Sha256, ct);

        var haste = upload.IsOneOfMany ? Haste.Patient : upload.IsCopy ? Haste.Soon : Haste.Here;
        var (stored, replaced) = await WriteAsync(StoreAsync, haste, ct);
        FaultPoint.Pass(FaultPoint.FileCommitted);
        DriveMetrics.Stored(content.Blob.Size);
        await store.DiscardAsync(replaced);
        return stored;

        async Task<(Entry Stored, IReadOnlyList<string> Replaced)> StoreAsync(Nodes nodes)
        {
            await nodes.AddContentAsync(content);
            return await CommitAsync(nodes, Expected(await find(nodes), upload), upload, content.Blob, quota);
        }
    }

    // What was true before the body came may no longer be: everything is looked at again, in the transaction that makes the file visible.
    private async Task<(Entry Stored, IReadOnlyList<string> Replaced)> CommitAsync(Nodes nodes, Place place, Upload upload, StoredBlob blob, long? quota)
    {
        var (file, parent, taken) = place;
        if (blob.Size > await RoomAsync(nodes, quota, taken))
        {
            throw DriveFaults.OutOfSpace();
        }

        await nodes.AddSumsAsync(blob);
        var now = store.Now;
        var modified = upload.ModifiedAt?.ToUnixTimeMilliseconds() ?? now;
        var node = (taken?.Revised() ?? Node.NewFile(parent, file.Name, now) with { CreatedAt = upload.CreatedAt?.ToUnixTimeMilliseconds() ?? now }) with
        {
            ETag = Node.NewHex(),
            Size = blob.Size,
            BlobId = blob.Id,
            Md5 = blob.Md5,
            Sha256 = blob.Sha256,
            ContentType = upload.ContentType is "" or MimeTypes.Unknown ? MimeTypes.OfName(file.Name) : upload.ContentType,
            ModifiedAt = modified,
            StoredAt = now,
            Executable = upload.Executable,
            Encrypted = upload.Encrypted,
            Annotations = upload.Annotations?.ToString() ?? taken?.Annotations ?? "{}",
            Creator = upload.Creator,
            OriginAccount = upload.Origin?.Account ?? "",
            OriginId = upload.Origin?.Id ?? "",
            OriginETag = upload.Origin?.ETag ?? "",
        };
        node = node with { CreatedAt = Math.Min(node.CreatedAt, modified) };
        if (taken is null)
        {
            node = (await nodes.InsertAsync(node))[0];
        }
        else
        {
            await nodes.UpdateAsync(node);
        }

        if (upload.OfContent is { } property)
        {
            await nodes.Properties.SetAsync(node.Id, [property with { Value = $"{Convert.ToHexStringLower(blob.Sha256)} {property.Value}" }]);
        }

        await nodes.GrowAsync(parent.Id, node.Size - (taken?.Size ?? 0));
        IReadOnlyList<string> replaced = taken is null ? [] : await nodes.Versions.KeepAsync(taken, now);
        var stored = node.ToEntry(file);
        nodes.Changes.Left(stored);
        return (stored, await nodes.RemoveContentsAsync(replaced));
    }

    private async Task<Place> PlaceOfAsync(Nodes nodes, FilePath file, Upload upload)
    {
        // The way to the folder once, for it and for what is in it.
        if (!file.IsRoot)
        {
            await nodes.FindAsync(file.Parent);
        }

        if (upload.Terms is { } terms)
        {
            await AdmitAsync(nodes, terms, (file, await nodes.FindAsync(file) is null ? Reach.Member : Reach.Content));
        }

        var (parent, taken) = await TargetAsync(nodes, file, upload.Overwrite);
        if (upload.Terms is null)
        {
            await DemandFreeAsync(nodes, taken is null ? Reach.Member : Reach.Content, file);
        }

        return new(file, parent, taken);
    }

    private static Place Expected(Place place, Upload upload) =>
        upload.ReplacedRev is null || upload.ReplacedRev == place.Taken?.Rev ? place : throw DriveFaults.OtherRevision();

    private static async Task<(Node Parent, Node? Taken)> TargetAsync(Nodes nodes, FilePath file, bool overwrite)
    {
        var parent = await ParentAsync(nodes, file);
        var taken = await nodes.FindAsync(file);
        return taken is null || (overwrite && !taken.IsFolder) ? (parent, taken) : throw DriveFaults.Taken();
    }

    private static async Task<long?> RoomAsync(Nodes nodes, long? quota, Node? replaced) =>
        quota is { } most ? most - await nodes.UsedAsync() + (replaced?.Size ?? 0) : null;

    private Task<(Node Node, byte[]? Held)> FileAsync(FilePath file, CancellationToken ct) => ReadAsync(
        async nodes =>
        {
            var node = await nodes.FindAsync(file) is { IsFolder: false } found ? found : throw DriveFaults.NotFound();
            return (node, await HeldAsync(nodes, node));
        },
        ct);

    private static async Task<byte[]?> HeldAsync(Nodes nodes, Node node) => node.BlobId is { } blob ? await nodes.HeldAsync(blob) : null;

    private async Task<Stream?> OpenAsync(Node node, byte[]? held, long offset, CancellationToken ct)
    {
        if (offset < 0 || offset > node.Size)
        {
            throw new FaultException(Fault.Malformed, $"the file has {node.Size} bytes");
        }

        if (SmallContent.Is(node.BlobId!))
        {
            return store.Contents.Open(node.BlobId!, held, node.Size, node.Sha256, offset);
        }

        return await store.Contents.OpenAsync(node.BlobId!, node.Size, offset, held, ct)
            ?? (await store.SegmentsAsync(node.BlobId!, ct) is { Count: > 0 } parts ? new JoinedStream(store.Contents, parts, offset) : null);
    }

    /// <summary>Where a file is to be stored, and what is there now.</summary>
    private sealed record Place(FilePath Path, Node Parent, Node? Taken);
}

using RemoteFiles.Drive.Hashing;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive;

// Uploads in pieces. The parts count against the quota as soon as they are here, and become the file without being copied.
internal sealed partial class CozyDrive
{
    public async Task BeginUploadAsync(string transfer, long? total, CancellationToken ct)
    {
        var quota = await store.QuotaAsync(instance, ct);
        await WriteAsync(
            async nodes =>
            {
                if (await nodes.Uploads.FindAsync(transfer) is { DoneId: null })
                {
                    throw DriveFaults.Taken();
                }

                if (total > await RoomAsync(nodes, quota, replaced: null))
                {
                    throw DriveFaults.OutOfSpace();
                }

                await nodes.Uploads.BeginAsync(transfer, store.Now);
                return transfer;
            },
            ct);
    }

    public Task<IReadOnlyList<UploadPart>?> PartsAsync(string transfer, CancellationToken ct) => ReadAsync<IReadOnlyList<UploadPart>?>(
        async nodes => await nodes.Uploads.FindAsync(transfer) is { DoneId: null }
            ? (await nodes.Uploads.PartsAsync(transfer)).ConvertAll(part => new UploadPart(part.Name, part.Size))
            : null,
        ct);

    public async Task<bool> WritePartAsync(string transfer, string name, Upload part, CancellationToken ct)
    {
        var quota = await store.QuotaAsync(instance, ct);
        var room = await ReadAsync(
            async nodes =>
            {
                await RunningAsync(nodes, transfer);
                return await RoomAsync(nodes, quota, replaced: null);
            },
            ct);
        if (part.Length > room)
        {
            throw DriveFaults.OutOfSpace();
        }

        var blob = await store.Blobs.WriteAsync(part with { IsPart = true }, room, ct);
        try
        {
            var (replaced, parts) = await WriteAsync(
                async nodes =>
                {
                    await RunningAsync(nodes, transfer);
                    if (blob.Size > await RoomAsync(nodes, quota, replaced: null))
                    {
                        throw DriveFaults.OutOfSpace();
                    }

                    var before = (await nodes.Uploads.PartsAsync(transfer)).Find(other => other.Name == name);
                    await nodes.AddSumsAsync(blob);
                    await nodes.Uploads.PutAsync(transfer, new() { Name = name, BlobId = blob.Id, Size = blob.Size }, store.Now);
                    return (before, await nodes.Uploads.PartsAsync(transfer));
                },
                ct);
            await store.PartSums.FollowAsync(store.Contents, (instance, transfer), parts, part.IsCopy, ct);
            await store.DiscardAsync(replaced is null ? [] : [replaced.BlobId]);
            return replaced is null;
        }
        catch
        {
            await store.DiscardAsync([blob.Id]);
            throw;
        }
    }

    public async Task<Stream> OpenPartAsync(string transfer, string name, long offset, CancellationToken ct)
    {
        var part = await ReadAsync(async nodes => (await nodes.Uploads.PartsAsync(transfer)).Find(part => part.Name == name), ct) ?? throw DriveFaults.NotFound();
        return await store.Contents.OpenAsync(part.BlobId, part.Size, offset, ct) ?? throw DriveFaults.NotFound();
    }

    public async Task<bool> AbortUploadAsync(string transfer, CancellationToken ct)
    {
        var (found, blobs) = await WriteAsync(
            async nodes =>
            {
                var isRunning = await nodes.Uploads.FindAsync(transfer) is { DoneId: null };
                var parts = await nodes.Uploads.PartsAsync(transfer);
                await nodes.Uploads.RemovePartsAsync(transfer);
                await nodes.Uploads.RemoveAsync(transfer);
                return (isRunning, parts.ConvertAll(part => part.BlobId));
            },
            ct);
        store.PartSums.Forget((instance, transfer));
        await store.DiscardAsync(blobs);
        return found;
    }

    public async Task<Placed> JoinAsync(string transfer, FilePath file, JoinOrder order, CancellationToken ct)
    {
        var (done, parts) = await ReadAsync(nodes => BegunAsync(nodes, transfer, file), ct);
        if (done is not null)
        {
            return done;
        }

        var size = parts.Sum(part => part.Size);
        if (order.Total is { } total && total != size)
        {
            throw new FaultException(Fault.Malformed, $"Chunks on server do not sum up to {total} but to {size} bytes");
        }

        var upload = order.As with
        {
            Body = Stream.Null,
            Overwrite = order.Overwrite,
            ModifiedAt = order.ModifiedAt,
            Terms = order.Terms,
            OfContent = order.OfContent,
        };
        await ReadAsync(async nodes => Expected(await PlaceOfAsync(nodes, file, upload), upload), ct);
        var (md5, sha256) = await store.PartSums.OfAsync(store.Contents, (instance, transfer), parts, order.Checksum, ct);
        await upload.Confirm(sha256, ct);
        var empty = parts.Count == 0 ? await store.Blobs.WriteAsync(upload, room: null, ct) : null;
        var (answer, replaced) = await WriteAsync<(Placed, IReadOnlyList<string>)>(
            async nodes =>
            {
                if (await nodes.Uploads.FindAsync(transfer) is { DoneId: not null } meanwhile)
                {
                    return (await AgainAsync(nodes, meanwhile, file), []);
                }

                if (!(await nodes.Uploads.PartsAsync(transfer)).SequenceEqual(parts))
                {
                    throw new FaultException(Fault.Conflict, "the parts were changed while they were joined");
                }

                var place = Expected(await PlaceOfAsync(nodes, file, upload), upload);
                await nodes.Uploads.RemovePartsAsync(transfer);
                var blob = new StoredBlob(empty?.Id ?? await nodes.Uploads.JoinAsync(parts), size, md5, sha256);
                var (entry, old) = await CommitAsync(nodes, place, upload, blob, quota: null);
                await nodes.Uploads.EndAsync(transfer, entry.Id, file.ToString(), place.Taken is null, store.Now);
                return (new Placed(entry, place.Taken is null), old);
            },
            ct);
        DriveMetrics.Stored(size);
        store.PartSums.Forget((instance, transfer));
        await store.DiscardAsync(replaced);
        return answer;
    }

    private static async Task<(Placed? Done, List<UploadParts.Part> Parts)> BegunAsync(Nodes nodes, string transfer, FilePath file) =>
        await nodes.Uploads.FindAsync(transfer) is not { } found ? throw DriveFaults.NotFound()
        : found.DoneId is null ? (null, await nodes.Uploads.PartsAsync(transfer))
        : (await AgainAsync(nodes, found, file), []);

    private static async Task<Placed> AgainAsync(Nodes nodes, UploadParts.Transfer done, FilePath file) =>
        done.DonePath == file.ToString() && await nodes.FindAsync(done.DoneId!) is { TrashedAt: null } node
            ? new(await EntryAsync(nodes, node.Id), done.DoneNew ?? false)
            : throw DriveFaults.NotFound();

    private static async Task RunningAsync(Nodes nodes, string transfer)
    {
        if (await nodes.Uploads.FindAsync(transfer) is not { DoneId: null })
        {
            throw DriveFaults.NotFound();
        }
    }
}

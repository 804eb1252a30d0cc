using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive;

/// <summary>The contents of files, in a directory. A blob is on disk, whole, before its id is told.</summary>
internal sealed class BlobDirectory : IBlobs
{
    private const string Pattern = "????????????????????????????????";
    private readonly TimeProvider clock;
    private readonly string root;
    private readonly string incoming;

    public BlobDirectory(string directory, TimeProvider clock)
    {
        this.clock = clock;
        root = Path.GetFullPath(directory);
        incoming = Path.Combine(root, "incoming");
        Directory.CreateDirectory(incoming);
    }

    public bool DatedByFirstByte => false;

    public Task<StoredBlob> WriteAsync(Upload upload, long? room, CancellationToken ct) => WriteAsync(Node.NewHex(), upload, room, ct);

    public async Task ImportAsync(string id, Stream bytes, long length, CancellationToken ct)
    {
        if (new FileInfo(PathOf(id)) is not { Exists: true } there || there.Length != length)
        {
            TryDelete(Temporary(id));
            await WriteAsync(id, new() { Body = bytes, Length = length }, room: null, ct);
        }
    }

    private async Task<StoredBlob> WriteAsync(string id, Upload upload, long? room, CancellationToken ct)
    {
        var (temporary, path) = (Temporary(id), PathOf(id));
        try
        {
            var blob = await ReceiveAsync(temporary, id, upload, room, ct);
            FaultPoint.Pass(FaultPoint.BlobReceived);
            DiskDirectory.Create(Path.GetDirectoryName(path)!, root);

            // However slow the body was, the sweep now gives its row an hour to come.
            File.SetLastWriteTimeUtc(temporary, clock.GetUtcNow().UtcDateTime);
            File.Move(temporary, path, overwrite: true);
            DiskDirectory.Flush(Path.GetDirectoryName(path)!);
            FaultPoint.Pass(FaultPoint.BlobStored);
            return blob;
        }
        catch (Exception e)
        {
            TryDelete(temporary);
            TryDelete(path);
            if (DiskDirectory.IsFull(e))
            {
                throw DriveFaults.DiskFull(e);
            }

            throw;
        }
    }

    public ValueTask<Stream?> OpenAsync(string id, long length, long offset, CancellationToken ct) => ValueTask.FromResult(Open(id, length, offset));

    public Task DeleteAsync(IReadOnlyList<string> ids, CancellationToken ct)
    {
        foreach (var id in ids)
        {
            TryDelete(PathOf(id));
        }

        return Task.CompletedTask;
    }

    public Task<int> DeleteUnfinishedAsync(DateTimeOffset untouchedSince, CancellationToken ct)
    {
        // Not the blob: meanwhile a very slow upload may have ended, and its blob may be in use.
        var left = Untouched(incoming, untouchedSince).ToList();
        left.ForEach(id => TryDelete(Temporary(id)));
        return Task.FromResult(left.Count);
    }

    /// <summary>A directory at a time.</summary>
    public async IAsyncEnumerable<IReadOnlyList<string>> ListAsync(DateTimeOffset untouchedSince, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var directory in Directory.EnumerateDirectories(root, "??").SelectMany(first => Directory.EnumerateDirectories(first, "??")))
        {
            ct.ThrowIfCancellationRequested();
            if (Untouched(directory, untouchedSince).ToList() is { Count: > 0 } ids)
            {
                yield return ids;
            }
        }
    }

    private Stream? Open(string id, long length, long offset)
    {
        try
        {
            var file = File.OpenHandle(
                PathOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);
            if (RandomAccess.GetLength(file) == length)
            {
                return new BlobStream(file, length, offset);
            }

            file.Dispose();
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static async Task<StoredBlob> ReceiveAsync(string file, string id, Upload upload, long? room, CancellationToken ct)
    {
        using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        await using var sink = new FileSink(handle, BlobBody.IsLargeCopy(upload));
        var blob = await BlobBody.ReceiveAsync(id, upload, room, sink, ct);
        RandomAccess.FlushToDisk(handle);
        return blob;
    }

    private string Temporary(string id) => Path.Combine(incoming, id);

    // Spread over 65,536 directories, so that none grows slow.
    private string PathOf(string id) => Path.Combine(root, id[..2], id[2..4], id);

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static IEnumerable<string> Untouched(string directory, DateTimeOffset since) =>
        from file in new DirectoryInfo(directory).EnumerateFiles(Pattern)
        where file.LastWriteTimeUtc <= since.UtcDateTime
        select file.Name;

    // A large body goes to disk while it comes: its end need not wait for all of it.
    private sealed class FileSink(SafeFileHandle file, bool isLargeCopy) : IBlobSink, IAsyncDisposable
    {
        private const int FlushedAtOnce = 16 * 1024 * 1024;
        private bool isDirect = isLargeCopy && DirectFile.TryBegin(file);
        private long size;
        private long flushed;
        private Task flushing = Task.CompletedTask;

        public bool NeedsMd5 => false;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> block, CancellationToken ct)
        {
            if (isDirect && block.Length % DirectFile.Alignment != 0)
            {
                EndDirect();
            }

            try
            {
                await RandomAccess.WriteAsync(file, block, size, ct);
            }
            catch (IOException) when (isDirect)
            {
                // Whatever it is that this file system wants of such a write; another trouble comes again.
                EndDirect();
                await RandomAccess.WriteAsync(file, block, size, ct);
            }

            size += block.Length;
            if (!isDirect && size - flushed >= FlushedAtOnce && flushing.IsCompleted)
            {
                await flushing;
                (flushed, flushing) = (size, Task.Run(() => RandomAccess.FlushToDisk(file), CancellationToken.None));
            }
        }

        public async ValueTask DisposeAsync() => await flushing;

        private void EndDirect()
        {
            DirectFile.End(file);
            isDirect = false;
        }
    }
}

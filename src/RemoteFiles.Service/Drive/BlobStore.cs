using System.Buffers;
using System.Security.Cryptography;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive;

/// <summary>The contents of files, in a directory. A blob is on disk, whole, before its id is told, and never changes.</summary>
internal sealed class BlobStore
{
    private const int BufferSize = 256 * 1024;

    // A large body goes to disk while it comes: its end need not wait for all of it.
    private const int FlushedAtOnce = 16 * 1024 * 1024;
    private const string Pattern = "????????????????????????????????";
    private readonly TimeProvider clock;
    private readonly string root;
    private readonly string incoming;

    public BlobStore(string directory, TimeProvider clock)
    {
        this.clock = clock;
        root = Path.GetFullPath(directory);
        incoming = Path.Combine(root, "incoming");
        Directory.CreateDirectory(incoming);
    }

    /// <summary>Stores a body under a new id: OutOfSpace past <paramref name="room"/> bytes, PreconditionFailed for a wrong length or checksum.</summary>
    public async Task<StoredBlob> WriteAsync(Upload upload, long? room, CancellationToken ct)
    {
        var id = Node.NewHex();
        var temporary = Path.Combine(incoming, id);
        var path = PathOf(id);
        try
        {
            var blob = await ReceiveAsync(temporary, id, upload, room, ct);
            FaultPoint.Pass(FaultPoint.BlobReceived);
            DiskDirectory.Create(Path.GetDirectoryName(path)!, root);

            // However slow the body was, the sweep now gives its row an hour to come.
            File.SetLastWriteTimeUtc(temporary, clock.GetUtcNow().UtcDateTime);
            File.Move(temporary, path);
            DiskDirectory.Flush(Path.GetDirectoryName(path)!);
            FaultPoint.Pass(FaultPoint.BlobStored);
            return blob;
        }
        catch
        {
            TryDelete(temporary);
            TryDelete(path);
            throw;
        }
    }

    /// <summary>A blob from an offset on; null when it is not there or has not the length it should.</summary>
    public Stream? Open(string id, long length, long offset)
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

    /// <summary>Copies a blob into another store, where it is on disk when this returns; false when it is not here. One that is there already stays.</summary>
    public bool Copy(string id, BlobStore target)
    {
        var (path, temporary) = (target.PathOf(id), Path.Combine(target.incoming, id));
        if (File.Exists(path))
        {
            return true;
        }

        try
        {
            File.Copy(PathOf(id), temporary, overwrite: true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }

        using (var copy = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(copy);
        }

        DiskDirectory.Create(Path.GetDirectoryName(path)!, target.root);
        File.Move(temporary, path);
        DiskDirectory.Flush(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Removes a blob; one that cannot be removed now is left to the sweep.</summary>
    public void Delete(string id) => TryDelete(PathOf(id));

    /// <summary>Removes what uploads that never ended have left.</summary>
    public int DeleteIncoming(DateTimeOffset untouchedSince)
    {
        // Not Delete: meanwhile a very slow upload may have ended, and its blob may be in use.
        var left = Untouched(incoming, untouchedSince).ToList();
        left.ForEach(id => TryDelete(Path.Combine(incoming, id)));
        return left.Count;
    }

    /// <summary>The ids of all blobs that old, a directory at a time.</summary>
    public IEnumerable<IReadOnlyList<string>> List(DateTimeOffset untouchedSince) =>
        from first in Directory.EnumerateDirectories(root, "??")
        from second in Directory.EnumerateDirectories(first, "??")
        select Untouched(second, untouchedSince).ToList() into ids
        where ids.Count > 0
        select ids;

    private static async Task<StoredBlob> ReceiveAsync(string file, string id, Upload upload, long? room, CancellationToken ct)
    {
        using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (buffer, spare) = (ArrayPool<byte>.Shared.Rent(BufferSize), ArrayPool<byte>.Shared.Rent(BufferSize));
        var (size, flushed, flushing, hashing) = (0L, 0L, Task.CompletedTask, Task.CompletedTask);
        try
        {
            while (await upload.Body.ReadAtLeastAsync(buffer.AsMemory(0, BufferSize), BufferSize, throwOnEndOfStream: false, ct) is var read and > 0)
            {
                if (size + read > (upload.Length ?? long.MaxValue))
                {
                    throw DriveFaults.WrongLength();
                }

                if (size + read > (room ?? long.MaxValue))
                {
                    throw DriveFaults.OutOfSpace();
                }

                var block = buffer.AsMemory(0, read);
                var writing = RandomAccess.WriteAsync(handle, block, size, ct);

                // MD5 takes as long as all the rest: it has until this block's buffer is needed again.
                await hashing;
                hashing = Task.Run(() => md5.AppendData(block.Span), CancellationToken.None);
                sha256.AppendData(block.Span);
                await writing;
                (size, buffer, spare) = (size + read, spare, buffer);
                if (size - flushed >= FlushedAtOnce && flushing.IsCompleted)
                {
                    await flushing;
                    (flushed, flushing) = (size, Task.Run(() => RandomAccess.FlushToDisk(handle), CancellationToken.None));
                }
            }
        }
        finally
        {
            await hashing;
            await flushing;
            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<byte>.Shared.Return(spare);
        }

        if (size != (upload.Length ?? size))
        {
            throw DriveFaults.WrongLength();
        }

        var blob = new StoredBlob(id, size, md5.GetHashAndReset(), sha256.GetHashAndReset());
        blob.Check(upload);
        RandomAccess.FlushToDisk(handle);
        return blob;
    }

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
}

/// <summary>What is known of a blob once it is stored.</summary>
internal sealed record StoredBlob(string Id, long Size, byte[] Md5, byte[] Sha256)
{
    /// <exception cref="FaultException">PreconditionFailed: it has not the MD5 that the sender promised.</exception>
    public void Check(Upload upload)
    {
        if (!upload.Md5.IsEmpty && !upload.Md5.Span.SequenceEqual(Md5))
        {
            throw new FaultException(Fault.PreconditionFailed, "Invalid hash") { Parameter = "Content-MD5" };
        }
    }
}

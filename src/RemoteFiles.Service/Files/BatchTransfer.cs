using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>
/// Brings many small files from a tree into another with few requests and few flushes. It only does what is simple: a file that it
/// could not bring, or whose name is taken by something else, is left out of the answer and is to be transferred alone.
/// </summary>
internal sealed class BatchTransfer(IFileTree from, IFileTree to, TransferDetails details) : IDisposable
{
    // Writes that share flushes; more would only fill memory.
    private const int MostTogether = 64;

    private readonly SemaphoreSlim room = new(MostTogether);

    /// <param name="files">What to bring, each with its path in the other tree, whose folder must exist.</param>
    /// <param name="wholeFolders">Folders of the source that hold nothing but files of these.</param>
    /// <param name="withHash">Those whose source is asked for its own hash.</param>
    /// <param name="ct">Stops the transfer; nothing half done remains.</param>
    public async IAsyncEnumerable<Transferred> CopyAsync(
        IReadOnlyDictionary<Entry, FilePath> files, IEnumerable<FilePath> wholeFolders, IReadOnlySet<Entry> withHash, [EnumeratorCancellation] CancellationToken ct)
    {
        var free = new List<Entry>();
        var whole = wholeFolders.ToHashSet();
        foreach (var (file, target) in files)
        {
            if (await to.StatAsync(target, ct) is not { } taken)
            {
                free.Add(file);
                continue;
            }

            whole.Remove(file.Path.Parent);
            if (!withHash.Contains(file) && taken.Size == file.Size && Transfer.IsCopyOf(taken, file, details))
            {
                yield return new(TransferOutcome.AlreadyThere, file, taken, Proof.Version);
            }
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var stored = Channel.CreateUnbounded<Transferred>();
        var bringing = BringAsync(new(free, whole), file => StoreAsync(file, files[file.Entry], withHash.Contains(file.Entry), stored.Writer, stop.Token), stored.Writer, stop.Token);
        try
        {
            await foreach (var file in stored.Reader.ReadAllAsync(ct))
            {
                yield return file;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await bringing;
        }
    }

    public void Dispose() => room.Dispose();

    // Its failures reach the reader of the channel.
    private async Task BringAsync(FileBatch batch, Func<WholeFile, Task> store, ChannelWriter<Transferred> stored, CancellationToken ct)
    {
        var storing = new List<Task>();
        Exception? failure = null;
        try
        {
            using var place = batch.Files.Count > 0 ? await from.BeginTransferAsync(batch.Files.Sum(file => file.Size ?? 0), ct) : null;
            await foreach (var file in from.ReadManyAsync(batch, ct))
            {
                await room.WaitAsync(ct);
                storing.Add(store(file));
            }
        }
        catch (Exception e)
        {
            failure = e;
        }

        await Task.WhenAll(storing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stored.Complete(failure ?? storing.FirstOrDefault(task => task.IsFaulted)?.Exception!.InnerException);
    }

    private async Task StoreAsync(WholeFile file, FilePath target, bool withHash, ChannelWriter<Transferred> stored, CancellationToken ct)
    {
        try
        {
            var hash = new SourceHash(from, file.Entry);
            var upload = Transfer.UploadOf(file.Entry, new MemoryStream(file.Content), file.Content.Length, details) with { IsOneOfMany = true };
            var entry = await to.WriteAsync(target, hash.AddTo(upload, withHash), ct);
            await stored.WriteAsync(new(TransferOutcome.Copied, file.Entry, entry, hash.IsEqual ? Proof.Hash : Proof.Checksum), ct);
        }
        catch (FaultException)
        {
            // Alone it fails again, and tells why.
        }
        finally
        {
            room.Release();
        }
    }
}

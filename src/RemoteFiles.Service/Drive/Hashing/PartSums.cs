using System.Collections.Concurrent;
using System.Globalization;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive.Hashing;

/// <summary>
/// Checksums of uploads in pieces, taken of each part as soon as it is its turn, so that the last step of a large upload has little
/// left to read. Only in memory, and only a guess of which part comes next: what was taken of other parts is taken again.
/// </summary>
internal sealed class PartSums(TimeProvider clock)
{
    private const int Most = 256;
    private const int BlockSize = 256 * 1024;
    private readonly ConcurrentDictionary<(string Instance, string Transfer), Line> lines = new();

    /// <summary>Goes on with those of these parts, which are in their order, that follow each other without a gap.</summary>
    /// <param name="blobs">That have the parts.</param>
    /// <param name="upload">Whose parts they are.</param>
    /// <param name="parts">All that are there.</param>
    /// <param name="isCopy">Not from a client, which would name a SHA-1 in the end.</param>
    /// <param name="ct">Ends it between two blocks.</param>
    public async Task FollowAsync(
        BlobReader blobs, (string Instance, string Transfer) upload, IReadOnlyList<UploadParts.Part> parts, bool isCopy, CancellationToken ct)
    {
        // Whoever is at it now leaves the rest to the next part, or to the end.
        var (line, ready) = (LineOf(upload, isCopy ? [] : [ContentSums.Sha1]), parts.Take(CountWithoutGap(parts)).ToList());
        if (!await line.Gate.WaitAsync(0, ct))
        {
            return;
        }

        try
        {
            if (ready.Count > line.Blobs.Count)
            {
                await AdvanceAsync(blobs, line, ready, ct);
            }
        }
        finally
        {
            line.Gate.Release();
        }
    }

    /// <summary>MD5 and SHA-256 of all of these parts, one after the other, which have to have this checksum.</summary>
    public async Task<(byte[] Md5, byte[] Sha256)> OfAsync(
        BlobReader blobs, (string Instance, string Transfer) upload, IReadOnlyList<UploadParts.Part> parts, Checksum? expected, CancellationToken ct)
    {
        var line = LineOf(upload, []);
        await line.Gate.WaitAsync(ct);
        try
        {
            if (expected is not null && !line.Sums.Algorithms.Contains(expected.Algorithm))
            {
                line.Begin(expected.Algorithm);
            }

            if (!await AdvanceAsync(blobs, line, parts, ct))
            {
                throw new FaultException(Fault.Unavailable, "a part of this upload cannot be read now");
            }

            expected?.Demand(line.Sums);
            return (line.Sums.BytesOf(ContentSums.Md5), line.Sums.BytesOf(ContentSums.Sha256));
        }
        finally
        {
            line.Gate.Release();
        }
    }

    public void Forget((string Instance, string Transfer) upload) => lines.TryRemove(upload, out _);

    private Line LineOf((string Instance, string Transfer) upload, string[] guessed)
    {
        // What is forgotten is left to the garbage collector: somebody may still be at it.
        while (lines.Count >= Most && lines.MinBy(line => line.Value.TouchedAt) is { Value: not null } oldest)
        {
            lines.TryRemove(oldest);
        }

        var line = lines.GetOrAdd(upload, _ => new(guessed));
        line.TouchedAt = clock.GetUtcNow();
        return line;
    }

    // Stopped half way, it goes on from there: a block is taken whole, and then counted. False: a part is not there.
    private static async Task<bool> AdvanceAsync(BlobReader blobs, Line line, IReadOnlyList<UploadParts.Part> parts, CancellationToken ct)
    {
        if (!line.Begins(parts))
        {
            line.Begin();
        }

        var buffer = new byte[BlockSize];
        foreach (var part in parts.Skip(line.Blobs.Count))
        {
            line.Current = part.BlobId;
            await using var bytes = await blobs.OpenAsync(part.BlobId, part.Size, line.Offset, ct);
            if (bytes is null)
            {
                return false;
            }

            while (await bytes.ReadAsync(buffer, ct) is > 0 and var read)
            {
                line.Sums.Append(buffer.AsSpan(0, read));
                line.Offset += read;
            }

            line.Blobs.Add(part.BlobId);
            line.Offset = 0;
        }

        return true;
    }

    // Clients number their parts one by one, from 0 or 1, or name each by its first byte.
    private static int CountWithoutGap(IReadOnlyList<UploadParts.Part> parts)
    {
        var (count, before, bytes) = (0, -1L, 0L);
        foreach (var part in parts)
        {
            var number = NumberOf(part.Name);
            if (number != bytes && number != before + 1 && (count > 0 || number != 1))
            {
                break;
            }

            (count, before, bytes) = (count + 1, number, bytes + part.Size);
        }

        return count;
    }

    private static long NumberOf(string name)
    {
        var digits = name.AsSpan(0, name.AsSpan().IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : name.Length);
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }

    private sealed class Line(params IEnumerable<string> guessed)
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public ContentSums Sums { get; private set; } = New(guessed);

        /// <summary>The parts that are in, whole.</summary>
        public List<string> Blobs { get; } = [];

        /// <summary>The part that is going in, and how much of it is.</summary>
        public string Current { get; set; } = "";

        public long Offset { get; set; }

        public DateTimeOffset TouchedAt { get; set; }

        /// <summary>Whether what is in is the beginning of these parts.</summary>
        public bool Begins(IReadOnlyList<UploadParts.Part> parts) =>
            Blobs.SequenceEqual(parts.Take(Blobs.Count).Select(part => part.BlobId)) && (Offset == 0 || Current == parts.ElementAtOrDefault(Blobs.Count)?.BlobId);

        public void Begin(params IEnumerable<string> more)
        {
            var wanted = Sums.Algorithms.Concat(more).ToList();
            Sums.Dispose();
            (Sums, Current, Offset) = (New(wanted), "", 0);
            Blobs.Clear();
        }

        private static ContentSums New(IEnumerable<string> more) => new([ContentSums.Md5, ContentSums.Sha256, .. more]);
    }
}

using System.Security.Cryptography;
using Dapper;
using RemoteFiles.Drive.Hashing;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Drive.Upkeep;

/// <summary>Reads a whole content as it lies there, and says what is wrong with it.</summary>
internal sealed class ContentCheck(Database database, IBlobs blobs)
{
    private const int BufferSize = 256 * 1024;
    private readonly byte[] buffer = new byte[BufferSize];

    /// <summary>Told of the bytes that were read, before more are.</summary>
    public Func<int, CancellationToken, Task> OnRead { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>What is found as it was stored, and has no sums of its blocks, is given them.</summary>
    public bool AddsSums { get; init; }

    public async Task<ContentProblem?> RunAsync(StoredContent content, CancellationToken ct)
    {
        try
        {
            return SmallContent.Is(content.BlobId) ? await SmallAsync(content, ct) : await LargeAsync(content, ct);
        }
        catch (FaultException e) when (e.Fault == Fault.Unavailable)
        {
            return ContentProblem.Unreadable;
        }
        catch (Exception e) when (e is IOException or FaultException)
        {
            return ContentProblem.Damaged;
        }
    }

    /// <summary>Writes down the sums of a content's blocks as they are now.</summary>
    public async Task SumAsync(StoredContent content, CancellationToken ct)
    {
        // Of what was joined there are none but the mark that it was found damaged.
        await database.WriteAsync(db => db.ExecuteAsync("DELETE FROM blob_sums WHERE blob_id = @BlobId", content), ct);
        foreach (var piece in await PiecesAsync(content, ct))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            if (await ReadAsync(piece, hash, ct) is { } sums)
            {
                const string put = "INSERT INTO blob_sums (blob_id, sums) VALUES (@BlobId, @sums) ON CONFLICT (blob_id) DO UPDATE SET sums = @sums";
                await database.WriteAsync(db => db.ExecuteAsync(put, new { piece.BlobId, sums }), ct);
            }
        }
    }

    private async Task<ContentProblem?> SmallAsync(StoredContent content, CancellationToken ct)
    {
        var bytes = await database.ReadAsync(db => db.Placed().FindAsync(NodeSql.Content, row => row.Bytes(0), content.BlobId), ct);
        return bytes?.Length != content.Size ? ContentProblem.Missing
            : content.Sha256 is null || SHA256.HashData(bytes).AsSpan().SequenceEqual(content.Sha256) ? null
            : ContentProblem.Damaged;
    }

    private async Task<ContentProblem?> LargeAsync(StoredContent content, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var pieces = await PiecesAsync(content, ct);
        var unsummed = new List<(string BlobId, byte[] Sums)>();
        var isSummed = pieces.Contains(content) || await SumsAsync(content, ct) is null;
        foreach (var piece in pieces)
        {
            if (await ReadAsync(piece, hash, ct) is not { } sums)
            {
                return ContentProblem.Missing;
            }

            if (await SumsAsync(piece, ct) is not { } stored)
            {
                unsummed.Add((piece.BlobId, sums));
            }
            else
            {
                isSummed &= stored.AsSpan().SequenceEqual(sums);
            }
        }

        if (content.Sha256 is { } sha256 && !hash.GetHashAndReset().AsSpan().SequenceEqual(sha256))
        {
            return ContentProblem.Damaged;
        }

        if (!isSummed)
        {
            return content.Sha256 is null ? ContentProblem.Damaged : ContentProblem.WrongSums;
        }

        if (AddsSums && content.Sha256 is not null)
        {
            await AddSumsAsync(unsummed, ct);
        }

        return null;
    }

    private async Task AddSumsAsync(List<(string BlobId, byte[] Sums)> unsummed, CancellationToken ct)
    {
        foreach (var (blobId, sums) in unsummed)
        {
            await database.WriteAsync(
                async db =>
                {
                    // Those of what was removed meanwhile would stay for ever.
                    if ((await db.QueryAsync<string>(NodeSql.NamedBlobs, new { blobs = new[] { blobId } })).Any())
                    {
                        await db.ExecuteAsync(NodeSql.AddSums + " ON CONFLICT DO NOTHING", new { Id = blobId, Sums = sums });
                    }
                },
                ct);
        }
    }

    private Task<byte[]?> SumsAsync(StoredContent piece, CancellationToken ct) =>
        database.ReadAsync(db => db.Placed().FindAsync(NodeSql.Sums, row => row.Bytes(0), piece.BlobId), ct);

    // Itself, or what it was joined of.
    private async Task<List<StoredContent>> PiecesAsync(StoredContent content, CancellationToken ct)
    {
        var parts = await database.ReadAsync(async db => (await db.QueryAsync<UploadParts.Part>(UploadParts.Segments, new { blob = content.BlobId })).AsList(), ct);
        return parts.Count == 0 ? [content] : parts.ConvertAll(part => new StoredContent(part.BlobId, part.Size, null));
    }

    private async Task<byte[]?> ReadAsync(StoredContent piece, IncrementalHash hash, CancellationToken ct)
    {
        await using var bytes = await blobs.OpenAsync(piece.BlobId, piece.Size, 0, ct);
        if (bytes is null)
        {
            return null;
        }

        var sums = new BlockSums();
        while (await bytes.ReadAsync(buffer, ct) is > 0 and var read)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            sums.Append(buffer.AsSpan(0, read));
            await OnRead(read, ct);
        }

        return sums.Finish();
    }
}

/// <summary>A content as its row tells of it.</summary>
internal sealed record StoredContent(string BlobId, long Size, byte[]? Sha256);

internal enum ContentProblem
{
    /// <summary>Nothing is there, or it has not its length.</summary>
    Missing,

    /// <summary>It has its length, and other bytes than were stored.</summary>
    Damaged,

    /// <summary>It is as it was stored, and the sums of its blocks are not: it is refused for nothing.</summary>
    WrongSums,

    /// <summary>Where it lies does not answer: nobody knows.</summary>
    Unreadable,
}

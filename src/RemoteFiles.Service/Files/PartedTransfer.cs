using System.Security.Cryptography;
using System.Text;
using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Files;

/// <summary>
/// Brings a file so large that it should not begin anew when this process ends: in parts that are safe one by one, and from the
/// last of them on, as long as it is the same version. The last bytes that are here are asked for again and compared.
/// </summary>
internal sealed class PartedTransfer(IFileTree from, ICozyDrive drive, TransferDetails details)
{
    private const int Overlap = 64 * 1024;

    /// <summary>Only what has a strong ETag can be told from another version (RFC 9110 section 13.1.5).</summary>
    public static bool IsWorthwhile(Entry source, TransferDetails details) =>
        details.Account.Length > 0 && source.ETag.StartsWith('"') && source.Size >= details.Parts.SmallestInParts;

    public async Task<Transferred> CopyAsync(TransferOutcome outcome, Entry listed, FilePath target, Entry? replaced, CancellationToken ct)
    {
        var source = await from.StatAsync(listed.Path, ct) is { IsFolder: false } now ? now : throw new FaultException(Fault.NotFound, "file/directory not found");
        var transfer = KeyOf(source);
        try
        {
            await BringAsync(transfer, source, ct);
        }
        catch (FaultException e) when (e.Fault is Fault.PreconditionFailed or Fault.Changing or Fault.NotFound)
        {
            await drive.AbortUploadAsync(transfer, CancellationToken.None);
            throw;
        }

        var hash = new SourceHash(from, source);
        var upload = hash.AddTo(Transfer.UploadOf(source, Stream.Null, source.Size!.Value, details), details.WithHash);
        var order = new JoinOrder(source.Size, replaced is not null, source.ModifiedAt, null, null, null)
        {
            As = upload with { Overwrite = replaced is not null, ReplacedRev = replaced?.Cozy?.Rev },
        };
        var placed = await drive.JoinAsync(transfer, target, order, ct);
        return new(outcome, source, placed.Entry, hash.IsEqual ? Proof.Hash : Proof.Length);
    }

    private async Task BringAsync(string transfer, Entry source, CancellationToken ct)
    {
        var parts = await drive.PartsAsync(transfer, ct);
        if (parts is null)
        {
            await drive.BeginUploadAsync(transfer, source.Size, ct);
            parts = [];
        }

        var here = parts.Sum(part => part.Size);
        var overlap = (int)Math.Min(Overlap, parts.Count > 0 ? parts[^1].Size : 0);
        await using var download = await from.OpenAsync(source, here - overlap, ct);
        if ((download.Entry.ETag, download.Entry.Size) != (source.ETag, source.Size))
        {
            throw new FaultException(Fault.PreconditionFailed, $"{source.Path} changes while it is read");
        }

        if (overlap > 0 && !await EndsAsync(transfer, parts[^1], download.Body, overlap, ct))
        {
            await drive.AbortUploadAsync(transfer, ct);
            throw new FaultException(Fault.BadGateway, "what came before this process ended is not what the file holds");
        }

        var body = details.Watch(download.Body, here);
        for (var number = parts.Count + 1; here < source.Size; number++)
        {
            var length = Math.Min(details.Parts.PartSize, source.Size!.Value - here);
            await drive.WritePartAsync(transfer, $"{number}", new() { Body = new PieceStream(body, length), Length = length, IsCopy = true }, ct);
            FaultPoint.Pass(FaultPoint.PartStored);
            here += length;
        }
    }

    private async Task<bool> EndsAsync(string transfer, UploadPart last, Stream again, int overlap, CancellationToken ct)
    {
        await using var part = await drive.OpenPartAsync(transfer, last.Name, last.Size - overlap, ct);
        var (kept, came) = (new byte[overlap], new byte[overlap]);
        await part.ReadExactlyAsync(kept, ct);
        await again.ReadExactlyAsync(came, ct);
        return kept.AsSpan().SequenceEqual(came);
    }

    // Another version is another transfer.
    private string KeyOf(Entry source) =>
        "fetch-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{details.Account}\0{source.Id}\0{source.ETag}\0{source.Size}")));
}

using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Has a Nextcloud read a file of its own and tell the hash. It also writes it into the file's checksum, and changes nothing else.
/// <code>
/// PATCH /remote.php/dav/files/carol/a.bin · X-Recalculate-Hash: sha256
/// 204 No Content · OC-Checksum: SHA256:b94d27b9…
/// </code>
/// </summary>
internal sealed class NextcloudHash(DavLine line, DavRoot root, Account account, KnownGaps gaps)
{
    private const int Tries = 3;
    private const string Algorithm = "SHA256:";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Null where this Nextcloud, or its proxy, does not do it: older ones answer 501.</summary>
    public async Task<ReadOnlyMemory<byte>?> AskAsync(Entry file, CancellationToken ct)
    {
        for (var attempt = 1; gaps.MayAsk(account); attempt++)
        {
            try
            {
                return await TryAsync(file, ct);
            }
            catch (FaultException e) when (attempt < Tries && e.Fault is Fault.Locked or Fault.Unavailable or Fault.BadGateway)
            {
                await line.PauseAsync(FirstPause * attempt, ct);
            }
            catch (FaultException e) when (e.Fault is Fault.BadGateway or Fault.Forbidden or Fault.NotFound or Fault.Locked)
            {
                return null; // not of this file: the copy is as good as it was
            }
        }

        return null;
    }

    private async Task<ReadOnlyMemory<byte>?> TryAsync(Entry file, CancellationToken ct)
    {
        var request = line.Request("PATCH", root.At(file.Path));
        request.Headers.Add("X-Recalculate-Hash", "sha256");
        request.Content = new ByteArrayContent([]);
        using var silence = line.Silence(ct);
        using var response = await line.SendAsync(request, silence, line.PatienceFor(file.Size ?? 0));
        var told = response.Headers.TryGetValues("OC-Checksum", out var checksums) ? Read(checksums) : null;
        if ((int)response.StatusCode is 400 or 405 or 415 or 501 || (response.IsSuccessStatusCode && told is null))
        {
            gaps.Refused(account);
            return null;
        }

        return response.IsSuccessStatusCode ? told : throw await line.FaultAsync(response, ct);
    }

    private static ReadOnlyMemory<byte>? Read(IEnumerable<string> checksums)
    {
        var hash = new byte[32];
        return checksums.Any(text => text.StartsWith(Algorithm, StringComparison.OrdinalIgnoreCase)
            && Convert.FromHexString(text.AsSpan(Algorithm.Length), hash, out _, out var length) == System.Buffers.OperationStatus.Done && length == hash.Length)
                ? hash
                : null;
    }
}

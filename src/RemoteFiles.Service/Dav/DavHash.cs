using System.Security.Cryptography;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>
/// PATCH with X-Recalculate-Hash, Nextcloud's way to have a file read again and its hash told. Unlike there, nothing is stored:
/// the checksums that this drive keeps were taken from the bytes themselves.
/// </summary>
internal static class DavHash
{
    public static async Task HandleAsync(DavCall call)
    {
        var name = call.Header("X-Recalculate-Hash").ToUpperInvariant();
        HashAlgorithmName algorithm = name switch
        {
            "SHA256" => HashAlgorithmName.SHA256,
            "SHA1" => HashAlgorithmName.SHA1,
            "MD5" => HashAlgorithmName.MD5,
            _ => throw new FaultException(Fault.MethodNotAllowed, "PATCH takes X-Recalculate-Hash: sha256, sha1 or md5"),
        };
        if ((await call.EntryAsync()).IsFolder)
        {
            throw new FaultException(Fault.MethodNotAllowed, "Only files have a hash");
        }

        await using var file = await call.Drive.OpenAsync(call.Path, 0, call.Ct);
        using var hash = IncrementalHash.CreateHash(algorithm);
        var buffer = new byte[128 * 1024];
        while (await file.Body.ReadAsync(buffer, call.Ct) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
        }

        call.Describe(file.Entry);
        call.Response.Headers["OC-Checksum"] = $"{name}:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
        call.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}

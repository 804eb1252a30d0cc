using Microsoft.Extensions.Options;
using Shared.Storage;

namespace RemoteFiles.Dav;

/// <summary>
/// A word that is another one after a restore, and empty before the first (oc:data-fingerprint): sync clients that see it change keep
/// what they have and the server has not, instead of deleting it.
/// </summary>
internal sealed class DataFingerprint(IOptions<StorageOptions> storage)
{
    /// <summary>In the directory of the storage, written by whoever restores it; read at the start.</summary>
    public const string FileName = "data-fingerprint";

    public string Value { get; } = storage.Value.FileOf(FileName) is var file && File.Exists(file) ? File.ReadAllText(file).Trim() : "";
}

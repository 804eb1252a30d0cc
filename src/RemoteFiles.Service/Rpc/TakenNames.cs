using Protos;
using RemoteFiles.Files;

namespace RemoteFiles.Rpc;

/// <summary>Looks which names of a listing are taken in a directory of the drive.</summary>
internal sealed class TakenNames(ICozyDrive drive, FilePath directory)
{
    /// <summary>Null where there is no such directory, and so nothing in it.</summary>
    public static async Task<TakenNames?> OfAsync(ICozyDrive drive, FilePath directory, CancellationToken ct) =>
        await drive.StatAsync(directory, ct) is { IsFolder: true } ? new(drive, directory) : null;

    public async Task<RemoteEntry.Types.Taken> LookAsync(Entry entry, CancellationToken ct) =>
        await drive.StatAsync(directory.Child(entry.Path.Name), ct) is not { } taken ? RemoteEntry.Types.Taken.Free
        : taken.IsFolder == entry.IsFolder && (entry.IsFolder || taken.Size == entry.Size) ? RemoteEntry.Types.Taken.Same
        : RemoteEntry.Types.Taken.Other;
}

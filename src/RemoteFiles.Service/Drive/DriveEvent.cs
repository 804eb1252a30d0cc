using RemoteFiles.Files;

namespace RemoteFiles.Drive;

internal enum DriveEventKind
{
    Created,
    Updated,
    Deleted,
}

/// <summary>What happened to one entry of a drive; the entry as it is then, a deleted one in the revision of its end.</summary>
internal sealed record DriveEvent(DriveEventKind Kind, Entry Entry);

/// <summary>Told of what has changed once it is on record, in the order of the changes; returns at once.</summary>
internal delegate void DriveWatch(string instance, IReadOnlyList<DriveEvent> events);

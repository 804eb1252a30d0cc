using System.Diagnostics.Metrics;
using Operations.Metrics;

namespace RemoteFiles.Drive;

/// <summary>What comes into the drives, counted when it is on disk.</summary>
internal static class DriveMetrics
{
    private static readonly Meter Meter = new("Bridge.Drive");
    private static readonly Counter<long> Files = Meter.CreateCounter<long>("drive.files.stored", "{file}", "Files that were stored: uploads of every protocol, and what migrations brought.");
    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>("drive.size.stored", "By", "Their bytes.");

    private static readonly Counter<long> Bad = Meter.CreateCounter<long>("drive.contents.damaged", "{content}", "Reads of contents that are missing, or not as they were stored.");

    private static readonly Counter<long> Again = Meter.CreateCounter<long>("drive.size.scrubbed", "By", "What was read again to see whether it is as it was stored.");

    public static void Begin() => Array.ForEach([Files, Bytes, Bad, Again], FromZero.CountFromZero);

    public static void Damaged() => Bad.Add(1);

    public static void Scrubbed(long bytes) => Again.Add(bytes);

    public static void Stored(long bytes)
    {
        Files.Add(1);
        Bytes.Add(bytes);
    }
}

using Shared.Faults;

namespace Migration.Migrations;

/// <summary>What is found out before the first byte moves: is the source there, and does the rest of it fit.</summary>
internal static class Preflight
{
    /// <summary>Bytes of the whole source as the Nextcloud counts them.</summary>
    /// <exception cref="RunStoppedException">The source is not there, cannot be asked about, or does not fit.</exception>
    public static async Task<long> CheckAsync(Source source, Journal journal, CancellationToken ct)
    {
        var resumed = journal.Totals.Files > 0;
        long size;
        try
        {
            size = await source.SizeAsync(ct);
        }
        catch (FaultException e) when (e.Fault == Fault.NotFound)
        {
            throw new RunStoppedException(e.Fault, $"Source path not found in Nextcloud: {source.Folder}");
        }
        catch (FaultException) when (resumed)
        {
            // It was asked when the migration began; what is left is tried whatever the answer.
            return 0;
        }
        catch (FaultException e)
        {
            throw new RunStoppedException(e.Fault, $"The size of the source cannot be read: {e.Message}");
        }

        var left = Math.Max(size - journal.Totals.BytesImported, 0);
        return await FreeSpaceAsync(source, ct) is { } free && left > free && !source.Scope.IsPart
            ? throw new RunStoppedException(Fault.OutOfSpace, QuotaReason(left, free)) { WaitFor = WaitReasons.Space }
            : size;
    }

    public static string QuotaReason(long needed, long available) => $"Insufficient quota: need {needed} bytes, only {available} available";

    private static async Task<long?> FreeSpaceAsync(Source source, CancellationToken ct)
    {
        try
        {
            return await source.FreeSpaceAsync(ct);
        }
        catch (FaultException e)
        {
            throw new RunStoppedException(e.Fault, $"The free space of the drive cannot be read: {e.Message}");
        }
    }
}

namespace Migration.Migrations;

/// <summary>Keeps the tracking document of a run up to date with the ledger.</summary>
internal sealed class Report(TrackedMigration migration, Journal journal, ILedger ledger, Lease lease, TimeProvider clock)
{
    private IReadOnlyList<FileError> errors = [];
    private IReadOnlyList<RenamedFile> renamed = [];
    private long expected = migration.Document.Progress.BytesTotal;
    private bool allSeen;

    public long BytesLeft => BytesTotal(journal.Totals) - journal.Totals.BytesImported;

    /// <summary>The bytes that the Nextcloud says the source has.</summary>
    public void Expect(long bytes) => expected = Math.Max(expected, bytes);

    public void AllIsSeen() => allSeen = true;

    /// <summary>What had failed is tried again.</summary>
    public void ForgetErrors() => errors = [];

    /// <summary>Writes at every tick until the timer is disposed: progress, or only that somebody is alive.</summary>
    public async Task KeepAsync(PeriodicTimer timer, CancellationToken ct)
    {
        while (await timer.WaitForNextTickAsync(ct))
        {
            await WriteAsync(document => document, ct);
        }
    }

    /// <summary>Writes what is on record, and then the next step.</summary>
    public async Task WriteAsync(Func<TrackingDocument, TrackingDocument> next, CancellationToken ct)
    {
        var standing = await StandingAsync(ct);
        await lease.WriteAsync(document => next(document.Report(standing, clock.GetUtcNow())), ct);
    }

    private async Task<Standing> StandingAsync(CancellationToken ct)
    {
        // What arrives between the two may be in both, and never in neither.
        var inFlight = journal.InFlight.Bytes;
        await journal.CommitAsync(ct);
        var totals = journal.Totals;
        var progress = new Progress(totals.FilesImported, totals.Files, totals.BytesImported, BytesTotal(totals)) { BytesInFlight = inFlight };

        // The lists hold the oldest: once full they stay as they are.
        if (errors.Count < Math.Min(totals.Errors, TrackingDocument.ListLimit))
        {
            errors = await ledger.ErrorsAsync(lease.Id, TrackingDocument.ListLimit, ct);
        }

        if (renamed.Count < Math.Min(totals.Renamed, TrackingDocument.ListLimit))
        {
            renamed = await ledger.RenamedAsync(lease.Id, TrackingDocument.ListLimit, ct);
        }

        // A commit between the count and the lists may have added lines to the lists.
        return new(progress, errors, Math.Max(totals.Errors, errors.Count), renamed, Math.Max(totals.Renamed, renamed.Count));
    }

    // Until every folder was listed the larger of both is the better guess.
    private long BytesTotal(LedgerTotals totals) => allSeen ? totals.Bytes : Math.Max(totals.Bytes, expected);
}

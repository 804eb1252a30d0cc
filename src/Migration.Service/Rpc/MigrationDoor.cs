using Grpc.Core;
using Migration.Migrations;
using Protos;
using Shared.Access;
using Shared.Faults;

namespace Migration.Rpc;

/// <summary>The door of protos/migration.proto: gRPC, and the REST routes that its annotations name.</summary>
internal sealed class MigrationDoor(
    MigrationOrders orders,
    SurveyOrders surveys,
    RetryOrders retries,
    CleanupOrders cleanups,
    CredentialOrders credentials,
    IMigrations migrations,
    ILedgerReport ledger,
    IFailures failures,
    ISourceStandings sources,
    TimeProvider clock)
    : Protos.Migration.MigrationBase
{
    private const int MostNext = 10;

    public override async Task<MigrationDocument> Trigger(TriggerRequest request, ServerCallContext context)
    {
        var (instance, ct) = (InstanceOf(context), context.CancellationToken);
        return Write(await orders.TriggerAsync(instance, await surveys.RecallAsync(instance, OrderOf(request), request.Preflight, ct), ct));
    }

    public override async Task<PreflightDocument> Preflight(TriggerRequest request, ServerCallContext context)
    {
        var (id, survey) = await surveys.RunAsync(InstanceOf(context), OrderOf(request), context.CancellationToken);
        return SurveyMessages.Write(id, survey);
    }

    public override async Task<CancelReply> Cancel(CancelRequest request, ServerCallContext context)
    {
        await orders.CancelAsync(InstanceOf(context), request.Id, context.CancellationToken);
        return new();
    }

    public override async Task<RenewCredentialsReply> RenewCredentials(RenewCredentialsRequest request, ServerCallContext context)
    {
        await credentials.RenewAsync(InstanceOf(context), request.Id, request.NextcloudAppPassword, context.CancellationToken);
        return new();
    }

    public override async Task<MigrationDocument> Retry(RetryRequest request, ServerCallContext context) =>
        Write(await retries.RetryAsync(InstanceOf(context), request.Id, context.CancellationToken));

    public override async Task Report(ReportRequest request, IServerStreamWriter<Protos.ReportLine> responseStream, ServerCallContext context)
    {
        var (filter, ct) = (ReportFilter.Read(request.Outcome, request.Reason), context.CancellationToken);
        _ = await migrations.FindAsync(InstanceOf(context), request.Id, ct) ?? throw new FaultException(Fault.NotFound, "nextcloud migration not found");
        for (var last = ""; await ledger.ReportAsync(request.Id, filter, last, 500, ct) is { Count: > 0 } page; last = page[^1].Path)
        {
            foreach (var line in page)
            {
                await responseStream.WriteAsync(ReportLines.Write(line), ct);
            }
        }
    }

    public override async Task<Explanation> Explain(ExplainRequest request, ServerCallContext context)
    {
        var (instance, ct) = (InstanceOf(context), context.CancellationToken);
        var migration = await migrations.FindAsync(instance, request.Id, ct) ?? throw new FaultException(Fault.NotFound, "nextcloud migration not found");
        var hasEnded = migration.Document.Status.IsTerminal();
        return ExplanationMessages.Write(
            migration,
            await failures.FailedAsync(request.Id, ct),
            hasEnded ? [] : await failures.NextFilesAsync(request.Id, MostNext, ct),
            hasEnded ? null : await sources.FindAsync(instance, migration.Document.AccountId, ct),
            clock.GetUtcNow());
    }

    public override async Task<DeleteMigrationSourceReply> DeleteSource(DeleteMigrationSourceRequest request, ServerCallContext context)
    {
        await cleanups.OrderAsync(InstanceOf(context), request.Id, request.AcknowledgePartial, context.CancellationToken);
        return new();
    }

    private static TriggerOrder OrderOf(TriggerRequest request)
    {
        var order = request.AccountId.Length > 0
            ? TriggerOrder.OfAccount(request.AccountId, request.SourcePath, request.TargetDir)
            : TriggerOrder.Read(request.NextcloudUrl, request.NextcloudLogin, request.NextcloudAppPassword, request.SourcePath, request.TargetDir);
        return new WishedScope(request.Include, request.Exclude, request.Folders).AddTo(order) with { Verification = Verifications.Read(request.Verify) };
    }

    private static string InstanceOf(ServerCallContext context) => context.GetHttpContext().Caller().Instance.Domain;

    // A migration that was just triggered has nothing else to tell yet.
    private static MigrationDocument Write(TrackedMigration migration) => new()
    {
        Data = new()
        {
            Type = TrackingDocument.Doctype,
            Id = migration.Id,
            Attributes = new()
            {
                Status = migration.Document.Status.Text(),
                TargetDir = migration.Document.TargetDir,
                SourcePath = migration.Document.SourcePath,
                Progress = new(),
            },
            Meta = new() { Rev = migration.Rev },
        },
    };
}

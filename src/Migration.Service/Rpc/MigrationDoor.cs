using Grpc.Core;
using Migration.Migrations;
using Protos;
using Shared.Access;

namespace Migration.Rpc;

/// <summary>The door of protos/migration.proto: gRPC, and the REST routes that its annotations name.</summary>
internal sealed class MigrationDoor(MigrationOrders orders, CleanupOrders cleanups, CredentialOrders credentials) : Protos.Migration.MigrationBase
{
    public override async Task<MigrationDocument> Trigger(TriggerRequest request, ServerCallContext context)
    {
        var order = TriggerOrder.Read(
            request.NextcloudUrl, request.NextcloudLogin, request.NextcloudAppPassword, request.SourcePath, request.TargetDir);
        return Write(await orders.TriggerAsync(InstanceOf(context), order, context.CancellationToken));
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

    public override async Task<DeleteMigrationSourceReply> DeleteSource(DeleteMigrationSourceRequest request, ServerCallContext context)
    {
        await cleanups.OrderAsync(InstanceOf(context), request.Id, request.AcknowledgePartial, context.CancellationToken);
        return new();
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

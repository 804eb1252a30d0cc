using Grpc.Core;
using Protos;
using RemoteFiles.Instances;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Rpc;

/// <summary>The door of protos/instances.proto.</summary>
internal sealed class InstancesService(InstanceRegistry instances) : Protos.Instances.InstancesBase
{
    public override async Task<InstanceReply> Find(FindInstanceRequest request, ServerCallContext context)
    {
        var instance = await instances.FindAsync(request.Domain, context.CancellationToken)
            ?? throw new FaultException(Fault.NotFound, "Instance not found");
        return new() { Domain = instance.Domain, Locale = instance.Locale, TokenSalt = instance.TokenSalt, Moved = instance.IsMoved };
    }

    public override async Task<ListRemovedReply> ListRemoved(ListRemovedRequest request, ServerCallContext context) =>
        new() { Domains = { await instances.ListRemovedAsync(context.CancellationToken) } };
}

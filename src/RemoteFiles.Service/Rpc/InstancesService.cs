using Grpc.Core;
using Protos;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Rpc;

/// <summary>The door of protos/instances.proto.</summary>
internal sealed class InstancesService(IInstances instances) : Protos.Instances.InstancesBase
{
    public override async Task<InstanceReply> Find(FindInstanceRequest request, ServerCallContext context)
    {
        var instance = await instances.FindAsync(request.Domain, context.CancellationToken)
            ?? throw new FaultException(Fault.NotFound, "Instance not found");
        return new() { Domain = instance.Domain, Locale = instance.Locale, TokenSalt = instance.TokenSalt, Moved = instance.IsMoved };
    }
}

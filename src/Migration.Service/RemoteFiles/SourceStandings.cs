using Grpc.Core;
using Migration.Migrations;
using Protos;
using Shared.Faults;

namespace Migration.RemoteFiles;

/// <summary>Asks RemoteFiles.Service, which knows how each Nextcloud bears it.</summary>
internal sealed class SourceStandings(Transfers.TransfersClient transfers, ServiceTokens tokens, TimeProvider clock) : ISourceStandings
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<SourceStanding?> FindAsync(string instance, string accountId, CancellationToken ct)
    {
        try
        {
            var headers = await tokens.HeadersAsync(instance, ct);
            var options = new CallOptions(headers, (clock.GetUtcNow() + Patience).UtcDateTime, ct);
            var reply = await transfers.GetStandingAsync(new() { AccountId = accountId }, options);
            return new(reply.Host, reply.Requests, reply.MostRequests, TimeSpan.FromSeconds(reply.RestSeconds), reply.Refused);
        }
        catch (Exception e) when (e is RpcException or FaultException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }
}

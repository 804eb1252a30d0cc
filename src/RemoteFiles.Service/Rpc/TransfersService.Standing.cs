using Grpc.Core;
using Protos;
using Shared.Access;

namespace RemoteFiles.Rpc;

// For who asks why a migration stands still.
internal sealed partial class TransfersService
{
    public override async Task<GetStandingReply> GetStanding(GetStandingRequest request, ServerCallContext context)
    {
        var account = await accounts.GetNextcloudAsync(context.GetHttpContext().Instance().Domain, request.AccountId, context.CancellationToken);
        var standing = users.StandingOf(account.Url, account.Login, account.Password);
        return new()
        {
            Host = account.Url.Authority,
            Requests = standing.Requests,
            MostRequests = standing.MostRequests,
            RestSeconds = (long)Math.Ceiling(standing.Rest.TotalSeconds),
            Refused = standing.IsRefused,
        };
    }
}

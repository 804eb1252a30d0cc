using System.Collections.Concurrent;
using Grpc.Core;
using Protos;
using Shared.Access;
using Shared.Errors;
using Shared.Faults;

namespace Migration.RemoteFiles;

/// <summary>The instances, as RemoteFiles.Service knows them; remembered for a moment, because every request asks.</summary>
internal sealed class RemoteInstances(Instances.InstancesClient client, Tokens tokens, TimeProvider clock) : IInstances
{
    private const int Most = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (Instance Instance, DateTimeOffset Until)> known = new();

    public async Task<Instance?> FindAsync(string domain, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (known.TryGetValue(domain, out var found) && now < found.Until)
        {
            return found.Instance;
        }

        if (await AskAsync(domain, now, ct) is not { } instance)
        {
            known.TryRemove(domain, out _);
            return null;
        }

        if (known.Count >= Most)
        {
            known.Clear();
        }

        known[domain] = (instance, now + Fresh);
        return instance;
    }

    private async Task<Instance?> AskAsync(string domain, DateTimeOffset now, CancellationToken ct)
    {
        // The call that finds an instance cannot be made in its name yet.
        var headers = new Metadata { { "authorization", "Bearer " + tokens.Mint(Instance.None, Audiences.Service, ServiceTokens.Subject, "") } };
        try
        {
            var reply = await client.FindAsync(new() { Domain = domain }, new CallOptions(headers, (now + Patience).UtcDateTime, ct));
            return new(reply.Domain, reply.Locale, reply.TokenSalt) { IsMoved = reply.Moved };
        }
        catch (RpcException e) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException("the call was canceled", e, ct);
        }
        catch (RpcException e)
        {
            var fault = FaultsOverGrpc.FromRpc(e);
            return fault.Fault == Fault.NotFound ? null : throw fault;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Rpc.Health;

/// <summary>What this process says of its services over grpc.health.v1. The server as a whole, "", serves from the start.</summary>
public sealed class HealthStatuses
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ServingStatus> statuses = new(StringComparer.Ordinal) { [""] = ServingStatus.Serving };
    private readonly Dictionary<string, List<Channel<ServingStatus>>> watchers = new(StringComparer.Ordinal);

    /// <summary>The status of a service, or null if it is not known.</summary>
    public ServingStatus? this[string service]
    {
        get
        {
            lock (gate)
            {
                return statuses.TryGetValue(service, out var status) ? status : null;
            }
        }
    }

    public void Set(string service, ServingStatus status)
    {
        lock (gate)
        {
            statuses[service] = status;
            foreach (var watcher in watchers.GetValueOrDefault(service) ?? [])
            {
                watcher.Writer.TryWrite(status);
            }
        }
    }

    /// <summary>The status now, then each later one; a slow watcher sees the latest alone.</summary>
    internal async IAsyncEnumerable<ServingStatus> WatchAsync(string service, [EnumeratorCancellation] CancellationToken ct)
    {
        var watcher = Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate)
        {
            watcher.Writer.TryWrite(statuses.GetValueOrDefault(service, ServingStatus.ServiceUnknown));
            if (!watchers.TryGetValue(service, out var all))
            {
                watchers[service] = all = [];
            }

            all.Add(watcher);
        }

        try
        {
            ServingStatus? last = null;
            await foreach (var status in watcher.Reader.ReadAllAsync(ct))
            {
                if (status != last)
                {
                    last = status;
                    yield return status;
                }
            }
        }
        finally
        {
            lock (gate)
            {
                if (watchers[service].Remove(watcher) && watchers[service].Count == 0)
                {
                    watchers.Remove(service);
                }
            }
        }
    }
}

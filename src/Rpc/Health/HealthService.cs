using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Rpc.Health;

/// <summary>grpc.health.v1.Health, answered from <see cref="HealthStatuses"/>.</summary>
internal sealed class HealthService(HealthStatuses statuses, IHostApplicationLifetime lifetime) : Grpc.Health.V1.Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        Task.FromResult(new HealthCheckResponse
        {
            Status = statuses[request.Service] ?? throw new RpcException(new Status(StatusCode.NotFound, $"{request.Service} is not known.")),
        });

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // A watcher must not hold up the end of the process.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var status in statuses.WatchAsync(request.Service, ends.Token))
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, ends.Token);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing });
            throw new RpcException(new Status(StatusCode.Unavailable, "The server is stopping."));
        }
    }
}

using Microsoft.AspNetCore.Routing;
using Rpc.Health;
using Rpc.Reflection;

namespace Microsoft.AspNetCore.Builder;

public static class GrpcToolEndpoints
{
    /// <summary>Serves grpc.health.v1; set statuses on the registered <see cref="HealthStatuses"/>.</summary>
    public static GrpcServiceEndpointConventionBuilder MapGrpcHealth(this IEndpointRouteBuilder builder) => builder.MapGrpcService<HealthService>();

    /// <summary>Serves grpc.reflection.v1, with which tools such as grpcurl and buf list the services and make calls.</summary>
    public static GrpcServiceEndpointConventionBuilder MapGrpcReflection(this IEndpointRouteBuilder builder) => builder.MapGrpcService<ReflectionService>();
}

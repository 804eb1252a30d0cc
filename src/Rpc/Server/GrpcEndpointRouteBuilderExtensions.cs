using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Rpc.Server;
using Rpc.Transcoding;
using Rpc.Wire;

namespace Microsoft.AspNetCore.Builder;

public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Serves the methods of <typeparamref name="TService"/>; each endpoint carries its protobuf MethodDescriptor as metadata.</summary>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var mapped = builder.ServiceProvider.GetService<MappedServices>()
            ?? throw new InvalidOperationException("Call services.AddGrpc() before MapGrpcService.");
        var dispatcher = builder.ServiceProvider.GetRequiredService<CallDispatcher>();
        var (descriptor, methods) = ServiceMethodBinder<TService>.Bind();
        mapped.Add(descriptor);

        var transcoding = builder.ServiceProvider.GetService<TranscodedEndpoints>();
        var endpoints = new List<IEndpointConventionBuilder>();
        foreach (var method in methods)
        {
            endpoints.Add(builder
                .MapMethods(method.Method.FullName, [HttpMethods.Post], http => dispatcher.DispatchAsync(http, method))
                .WithDisplayName($"gRPC - {method.Method.FullName}")
                .WithMetadata([.. method.Attributes, method.Descriptor, new GrpcMethodMetadata(typeof(TService), method.Method)]));
            endpoints.AddRange(transcoding?.Map(builder, method) ?? []);
        }

        if (!mapped.UnknownMethodsMapped)
        {
            mapped.UnknownMethodsMapped = true;
            MapUnknownMethods(builder);
        }

        return new(endpoints);
    }

    private static void MapUnknownMethods(IEndpointRouteBuilder builder) => builder
        .Map(RoutePatternFactory.Parse("{service}/{method}", null, new { service = new GrpcRequestConstraint() }), CallDispatcher.RefuseUnknownAsync)
        .WithDisplayName("gRPC - unknown method")
        .Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue);

    private sealed class GrpcRequestConstraint : IRouteConstraint
    {
        public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            GrpcProtocol.IsGrpcContentType(httpContext?.Request.ContentType);
    }
}

/// <summary>Adds conventions to every endpoint of a service.</summary>
public sealed class GrpcServiceEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly IReadOnlyList<IEndpointConventionBuilder> endpoints;

    internal GrpcServiceEndpointConventionBuilder(IReadOnlyList<IEndpointConventionBuilder> endpoints) => this.endpoints = endpoints;

    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var endpoint in endpoints)
        {
            endpoint.Add(convention);
        }
    }

    public void Finally(Action<EndpointBuilder> finallyConvention)
    {
        foreach (var endpoint in endpoints)
        {
            endpoint.Finally(finallyConvention);
        }
    }
}

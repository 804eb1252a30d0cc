using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>What <c>AddGrpc</c> returns, as in the official API.</summary>
public interface IGrpcServerBuilder
{
    IServiceCollection Services { get; }
}

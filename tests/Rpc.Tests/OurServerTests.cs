using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Rpc.Tests;

/// <summary>Our server with the interop service, for as long as the tests of a class run.</summary>
public sealed class OurServer : IAsyncLifetime
{
    internal RpcServer Server { get; private set; } = null!;

    internal CallLog Log { get; } = new();

    public async ValueTask InitializeAsync() => Server = await RpcServer.StartAsync(
        services =>
        {
            services.AddGrpc();
            services.AddSingleton(Log);
        },
        app => app.MapGrpcService<InteropService>());

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class OurClientWithOurServer(OurServer our) : ClientContract, IClassFixture<OurServer>
{
    private protected override Task<Uri> GetAddressAsync() => Task.FromResult(our.Server.Http2);
}

using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Rpc.Tests;

/// <summary>What the methods of a <see cref="ScriptedService"/> do in one test.</summary>
internal sealed class Script
{
    public Func<Payload, ServerCallContext, Task<Payload>> Echo { get; init; } = (request, _) => Task.FromResult(request);

    public Func<IServerStreamWriter<Payload>, ServerCallContext, Task> Count { get; init; } = (_, _) => Task.CompletedTask;

    public Func<IAsyncStreamReader<Payload>, ServerCallContext, Task<SumReply>> Sum { get; init; } = (_, _) => Task.FromResult(new SumReply());

    /// <summary>A server that follows this script.</summary>
    public Task<RpcServer> StartAsync(Action<GrpcServiceOptions>? configure = null, Action<IServiceCollection>? services = null) => RpcServer.StartAsync(
        all =>
        {
            all.AddGrpc(configure ?? (_ => { }));
            all.AddSingleton(this);
            services?.Invoke(all);
        },
        app => app.MapGrpcService<ScriptedService>());
}

internal sealed class ScriptedService(Script script) : Interop.InteropBase
{
    public override Task<Payload> Echo(Payload request, ServerCallContext context) => script.Echo(request, context);

    public override Task Count(CountRequest request, IServerStreamWriter<Payload> responseStream, ServerCallContext context) =>
        script.Count(responseStream, context);

    public override Task<SumReply> Sum(IAsyncStreamReader<Payload> requestStream, ServerCallContext context) => script.Sum(requestStream, context);
}

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Rpc.Server;

internal sealed class UnaryMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    MethodDescriptor descriptor,
    IReadOnlyList<object> attributes,
    Func<TService, TRequest, ServerCallContext, Task<TResponse>> handler)
    : ServiceMethod<TService, TRequest, TResponse>(method, descriptor, attributes)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    public override async Task HandleAsync(ServerCall call)
    {
        var request = await call.ReadOnlyMessageAsync(Requests);
        await RunAsync(call.HttpContext, async service => await call.WriteReplyAsync(Answered(await handler(service, request, call)), Responses));
    }

    public override Task InvokeAsync(HttpContext http, IMessage request, Func<IMessage, Task> respond, ServerCallContext context) =>
        RunAsync(http, async service => await respond((IMessage)Answered(await handler(service, Cast(request), context))));

    private TResponse Answered(TResponse? response) => response ?? throw new InvalidOperationException($"{Method.FullName} answered null.");
}

internal sealed class ServerStreamingMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    MethodDescriptor descriptor,
    IReadOnlyList<object> attributes,
    Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler)
    : ServiceMethod<TService, TRequest, TResponse>(method, descriptor, attributes)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    public override async Task HandleAsync(ServerCall call)
    {
        var request = await call.ReadOnlyMessageAsync(Requests);
        await RunAsync(call.HttpContext, service => handler(service, request, new ResponseStream<TResponse>(call, Responses), call));
    }

    public override Task InvokeAsync(HttpContext http, IMessage request, Func<IMessage, Task> respond, ServerCallContext context) =>
        RunAsync(http, service => handler(service, Cast(request), new InProcessStream(respond, context), context));

    private sealed class InProcessStream(Func<IMessage, Task> respond, ServerCallContext context) : IServerStreamWriter<TResponse>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(TResponse message, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(message);
            cancellationToken.ThrowIfCancellationRequested();
            context.CancellationToken.ThrowIfCancellationRequested();
            return respond((IMessage)message);
        }
    }
}

internal sealed class ClientStreamingMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    MethodDescriptor descriptor,
    IReadOnlyList<object> attributes,
    Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> handler)
    : ServiceMethod<TService, TRequest, TResponse>(method, descriptor, attributes)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    public override Task HandleAsync(ServerCall call) => RunAsync(call.HttpContext, async service =>
    {
        var response = await handler(service, new RequestStream<TRequest>(call, Requests), call);
        await call.WriteReplyAsync(response ?? throw new InvalidOperationException($"{Method.FullName} answered null."), Responses);
    });
}

internal sealed class DuplexStreamingMethod<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    MethodDescriptor descriptor,
    IReadOnlyList<object> attributes,
    Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> handler)
    : ServiceMethod<TService, TRequest, TResponse>(method, descriptor, attributes)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    public override Task HandleAsync(ServerCall call) => RunAsync(
        call.HttpContext,
        service => handler(service, new RequestStream<TRequest>(call, Requests), new ResponseStream<TResponse>(call, Responses), call));
}

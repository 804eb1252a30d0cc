using Grpc.Core;
using Grpc.Net.Client;

namespace Rpc.Client;

/// <summary>Starts calls on a channel.</summary>
internal sealed class ChannelCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = Start(method, host, options, request, singleResponse: true);
        return new(call.ReadOnlyMessageAsync(), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = Start(method, host, options, request, singleResponse: false);
        return new(new ResponseStream<TResponse>(call), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, requests) = StartStreaming(method, host, options, singleResponse: true);
        return new(requests, call.ReadOnlyMessageAsync(), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, requests) = StartStreaming(method, host, options, singleResponse: false);
        return new(requests, new ResponseStream<TResponse>(call), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private ClientCall<TResponse> Start<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request, bool singleResponse)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new ClientCall<TResponse>(channel, method, method.ResponseMarshaller, host, options, singleResponse);
        call.Start(() => new MessageContent<TRequest>(request, method.RequestMarshaller, channel.MaxSendMessageSize));
        return call;
    }

    private (ClientCall<TResponse> Call, RequestStream<TRequest> Requests) StartStreaming<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, bool singleResponse)
        where TRequest : class
        where TResponse : class
    {
        var call = new ClientCall<TResponse>(channel, method, method.ResponseMarshaller, host, options, singleResponse);
        var content = new StreamedContent(call.Finished);
        call.Start(() => content);
        return (call, new RequestStream<TRequest>(call, content, method.RequestMarshaller, channel.MaxSendMessageSize) { WriteOptions = options.WriteOptions });
    }
}

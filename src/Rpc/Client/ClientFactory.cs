using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Rpc.Client;

/// <summary>Makes a registered client on its shared channel.</summary>
internal static class ClientFactory<TClient>
    where TClient : class
{
    private static readonly Lazy<ObjectFactory<TClient>> Factory = new(static () => ActivatorUtilities.CreateFactory<TClient>([typeof(CallInvoker)]));

    public static TClient Create(IServiceProvider provider, string name)
    {
        var invoker = provider.GetRequiredService<ClientChannels>().Get(name).CreateCallInvoker();
        var credentials = provider.GetRequiredService<IOptionsMonitor<GrpcClientFactoryOptions>>().Get(name).CallCredentials;
        return Factory.Value(provider, [credentials.Count == 0 ? invoker : new CredentialsInvoker(invoker, [.. credentials.Select(make => make(provider))])]);
    }
}

/// <summary>One channel for each registered client, for as long as the container lives.</summary>
internal sealed class ClientChannels(
    IHttpMessageHandlerFactory handlers, IOptionsMonitor<GrpcClientFactoryOptions> options, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<GrpcChannel>> channels = new(StringComparer.Ordinal);

    public GrpcChannel Get(string name) => channels.GetOrAdd(name, key => new(() => Create(key))).Value;

    public void Dispose()
    {
        foreach (var channel in channels.Values)
        {
            if (channel.IsValueCreated)
            {
                channel.Value.Dispose();
            }
        }
    }

    private GrpcChannel Create(string name)
    {
        var client = options.Get(name);
        var channel = new GrpcChannelOptions { HttpHandler = handlers.CreateHandler(name), TimeProvider = clock };
        foreach (var configure in client.ChannelOptionsActions)
        {
            configure(channel);
        }

        return GrpcChannel.ForAddress(client.Address ?? throw new InvalidOperationException($"The gRPC client {name} has no address."), channel);
    }
}

/// <summary>Adds the credentials of a registered client to those of each call.</summary>
internal sealed class CredentialsInvoker(CallInvoker inner, CallCredentials[] credentials) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.BlockingUnaryCall(method, host, With(options), request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncUnaryCall(method, host, With(options), request);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncServerStreamingCall(method, host, With(options), request);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncClientStreamingCall(method, host, With(options));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncDuplexStreamingCall(method, host, With(options));

    private CallOptions With(CallOptions options) =>
        options.WithCredentials(CallCredentials.Compose(options.Credentials is null ? credentials : [.. credentials, options.Credentials]));
}

using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rpc.Client;

namespace Microsoft.Extensions.DependencyInjection;

public static class GrpcClientServiceExtensions
{
    /// <summary>Registers a generated client. Its channel is made once, when it is first needed, and kept.</summary>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, Action<GrpcClientFactoryOptions> configureClient)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(configureClient);
        return services.AddGrpcClient<TClient>((_, options) => configureClient(options));
    }

    /// <summary>The same, where the address comes from another service.</summary>
    public static IHttpClientBuilder AddGrpcClient<TClient>(
        this IServiceCollection services, Action<IServiceProvider, GrpcClientFactoryOptions> configureClient)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configureClient);
        var name = typeof(TClient).FullName!;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ClientChannels>();
        services.AddOptions<GrpcClientFactoryOptions>(name).Configure<IServiceProvider>((options, provider) => configureClient(provider, options));
        services.AddTransient(provider => ClientFactory<TClient>.Create(provider, name));
        return services.AddHttpClient(name)
            .ConfigurePrimaryHttpMessageHandler(GrpcChannel.CreateHandler)
            // The channel keeps its handler; a dead connection is found by pings, a moved address by its failure.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // Every call would be logged twice over, with its address alone.
            .RemoveAllLoggers();
    }

    /// <summary>Changes the options of the client's channel.</summary>
    public static IHttpClientBuilder ConfigureChannel(this IHttpClientBuilder builder, Action<GrpcChannelOptions> configureChannel)
    {
        ArgumentNullException.ThrowIfNull(configureChannel);
        return builder.ConfigureChannel((_, options) => configureChannel(options));
    }

    public static IHttpClientBuilder ConfigureChannel(this IHttpClientBuilder builder, Action<IServiceProvider, GrpcChannelOptions> configureChannel)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureChannel);
        builder.Services.AddOptions<GrpcClientFactoryOptions>(builder.Name)
            .Configure<IServiceProvider>((options, provider) => options.ChannelOptionsActions.Add(channel => configureChannel(provider, channel)));
        return builder;
    }

    /// <summary>
    /// Adds metadata to every call, just before it is sent. Over http:// this also needs
    /// <c>.ConfigureChannel(o => o.UnsafeUseInsecureChannelCallCredentials = true)</c>.
    /// </summary>
    public static IHttpClientBuilder AddCallCredentials(this IHttpClientBuilder builder, Func<AuthInterceptorContext, Metadata, Task> authInterceptor)
    {
        ArgumentNullException.ThrowIfNull(authInterceptor);
        return builder.AddCallCredentials((context, metadata, _) => authInterceptor(context, metadata));
    }

    /// <summary>The same, with the services of the scope that the client was resolved in.</summary>
    public static IHttpClientBuilder AddCallCredentials(
        this IHttpClientBuilder builder, Func<AuthInterceptorContext, Metadata, IServiceProvider, Task> authInterceptor)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(authInterceptor);
        builder.Services.Configure<GrpcClientFactoryOptions>(builder.Name, options => options.CallCredentials.Add(
            provider => CallCredentials.FromInterceptor((context, metadata) => authInterceptor(context, metadata, provider))));
        return builder;
    }
}

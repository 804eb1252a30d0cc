using Grpc.Core;
using Rpc.Client;

namespace Grpc.Net.Client;

/// <summary>A way to one server over HTTP/2; http:// means HTTP/2 with prior knowledge. Safe to share, meant to be kept.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly CancellationTokenSource disposal = new();
    private readonly bool ownsHandler;
    private readonly GrpcChannelOptions options;
    private bool disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        this.options = options;
        Address = address;
        ownsHandler = options.HttpHandler is null || options.DisposeHttpClient;
        Invoker = new HttpMessageInvoker(options.HttpHandler ?? CreateHandler(), ownsHandler);
        Disposal = disposal.Token;
    }

    internal Uri Address { get; }

    internal HttpMessageInvoker Invoker { get; }

    /// <summary>Fires when the channel is disposed, which cancels its calls.</summary>
    internal CancellationToken Disposal { get; }

    internal int? MaxReceiveMessageSize => options.MaxReceiveMessageSize;

    internal int? MaxSendMessageSize => options.MaxSendMessageSize;

    internal TimeProvider Clock => options.TimeProvider;

    internal bool MayCarryCredentials => Address.Scheme == Uri.UriSchemeHttps || options.UnsafeUseInsecureChannelCallCredentials;

    public static GrpcChannel ForAddress(string address) => ForAddress(new Uri(address));

    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? new(address, channelOptions)
            : throw new ArgumentException($"\"{address}\" is not an http:// or https:// address.", nameof(address));
    }

    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new ChannelCallInvoker(this);
    }

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            disposal.Cancel();
            disposal.Dispose();
            Invoker.Dispose();
        }
    }

    /// <summary>Idle connections stay, dead ones are noticed, and more than one is opened when the server limits the streams of each.</summary>
    internal static SocketsHttpHandler CreateHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingDelay = TimeSpan.FromSeconds(60),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(30),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy of the environment would not pass HTTP/2 with prior knowledge.
        UseProxy = false,
    };

    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }
}

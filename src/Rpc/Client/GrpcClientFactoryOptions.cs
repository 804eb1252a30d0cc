using Grpc.Core;
using Grpc.Net.Client;

namespace Grpc.Net.ClientFactory;

/// <summary>How the channel of a registered client is made; see <c>AddGrpcClient</c>.</summary>
public class GrpcClientFactoryOptions
{
    public Uri? Address { get; set; }

    /// <summary>Run on the options of the channel, in order.</summary>
    public IList<Action<GrpcChannelOptions>> ChannelOptionsActions { get; } = [];

    internal List<Func<IServiceProvider, CallCredentials>> CallCredentials { get; } = [];
}

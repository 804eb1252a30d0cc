using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Rpc.Transcoding;

public static class TranscodingServiceExtensions
{
    /// <summary>
    /// Services mapped with <c>MapGrpcService</c> also answer the paths of their google.api.http rules, shaped by protos/rest/rest.proto.
    /// <see cref="RawRoutingExtensions.UseRawRouting"/> finds those paths.
    /// </summary>
    public static IServiceCollection AddGrpcTranscoding(this IServiceCollection services, Action<TranscodingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<TranscodedEndpoints>();
        return services.Configure(configure ?? (static _ => { }));
    }
}

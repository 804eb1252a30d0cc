using System.Globalization;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Rpc.Wire;

namespace Rpc.Server;

/// <summary>What a handler can ask of a call that a request carries, over gRPC or transcoded.</summary>
internal abstract class HttpCallContext(HttpContext http, IMethod method) : ServerCallContext, IHttpServerCall
{
    private Metadata? requestHeaders;
    private Metadata? responseTrailers;

    public HttpContext HttpContext { get; } = http;

    protected override string MethodCore => method.FullName;

    protected override string HostCore => HttpContext.Request.Host.Value ?? "";

    protected override string PeerCore
    {
        get
        {
            var connection = HttpContext.Connection;
            var port = connection.RemotePort.ToString(CultureInfo.InvariantCulture);
            return connection.RemoteIpAddress switch
            {
                null => "unknown",
                { AddressFamily: AddressFamily.InterNetworkV6 } address => $"ipv6:[{address}]:{port}",
                var address => $"ipv4:{address}:{port}",
            };
        }
    }

    protected override Metadata RequestHeadersCore => requestHeaders ??= ReadHeaders(HttpContext.Request.Headers);

    protected override Metadata ResponseTrailersCore => responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    private static Metadata ReadHeaders(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
        {
            MetadataHeaders.AddTo(metadata, name, values);
        }

        return metadata.Freeze();
    }
}

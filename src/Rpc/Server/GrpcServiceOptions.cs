using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>How this server answers gRPC calls; see <c>AddGrpc</c>.</summary>
public class GrpcServiceOptions
{
    /// <summary>Bytes of one received message, after decompression; null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = Rpc.Wire.GrpcProtocol.DefaultMaxReceiveMessageSize;

    /// <summary>Bytes of one sent message, before compression; null for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Put the text of unexpected exceptions in the status. For development: it tells callers about the inside.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>"gzip" compresses answers for callers that take it. Off by default: some peers lose compressed messages that an error follows.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>Turns an exception of a handler into the status it means; null leaves it UNKNOWN. Not part of the official API.</summary>
    public Func<Exception, RpcException?>? MapException { get; set; }
}

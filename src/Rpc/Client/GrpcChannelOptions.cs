using Rpc.Wire;

namespace Grpc.Net.Client;

/// <summary>How a <see cref="GrpcChannel"/> reaches its server.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Carries the requests; by default a handler of the channel's own, which it disposes.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Dispose <see cref="HttpHandler"/> with the channel.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Bytes of one received message, after decompression; null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = GrpcProtocol.DefaultMaxReceiveMessageSize;

    /// <summary>Bytes of one sent message; null for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Let call credentials go over http://, where anyone on the way can read them; without this such a call fails.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }

    /// <summary>Counts deadlines. Not part of the official API.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}

using System.Buffers;
using System.Text;
using Grpc.Core;

namespace Rpc.Wire;

/// <summary>Names and values of "gRPC over HTTP2" (PROTOCOL-HTTP2.md).</summary>
internal static class GrpcProtocol
{
    public const string ContentType = "application/grpc";
    public const string StatusHeader = "grpc-status";
    public const string MessageHeader = "grpc-message";
    public const string TimeoutHeader = "grpc-timeout";
    public const string EncodingHeader = "grpc-encoding";
    public const string AcceptEncodingHeader = "grpc-accept-encoding";
    public const string Identity = "identity";
    public const string Gzip = "gzip";
    public const string AcceptedEncodings = "identity,gzip";

    public const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    // Bytes of grpc-message that go as they are: %x20-%x24 / %x26-%x7E.
    private static readonly SearchValues<char> Unescaped =
        SearchValues.Create([.. Enumerable.Range(0x20, 0x7F - 0x20).Select(c => (char)c).Where(c => c != '%')]);

    /// <summary>application/grpc, alone or followed by "+codec" or ";parameters".</summary>
    public static bool IsGrpcContentType(string? value) =>
        value is not null
        && value.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (value.Length == ContentType.Length || value[ContentType.Length] is '+' or ';');

    public static string EncodeMessage(string message)
    {
        if (!message.AsSpan().ContainsAnyExcept(Unescaped))
        {
            return message;
        }

        var text = new StringBuilder(message.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(message))
        {
            _ = Unescaped.Contains((char)b) ? text.Append((char)b) : text.Append('%').Append(b.ToString("X2", null));
        }

        return text.ToString();
    }

    /// <summary>Invalid escapes stay as they are, as the protocol asks; the text is for people.</summary>
    public static string DecodeMessage(string message)
    {
        if (!message.Contains('%', StringComparison.Ordinal))
        {
            return message;
        }

        var bytes = new List<byte>(message.Length);
        for (var i = 0; i < message.Length; i++)
        {
            if (message[i] == '%' && i + 2 < message.Length && char.IsAsciiHexDigit(message[i + 1]) && char.IsAsciiHexDigit(message[i + 2]))
            {
                bytes.Add(Convert.FromHexString(message.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes([message[i]]));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>What a caller is told when the answer came from something that does not speak gRPC (http-grpc-status-mapping.md).</summary>
    public static StatusCode FromHttpStatus(int status) => status switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <summary>The table "HTTP2 error code → gRPC status" of PROTOCOL-HTTP2.md.</summary>
    public static StatusCode FromHttp2Error(long code) => code switch
    {
        0x7 => StatusCode.Unavailable,
        0x8 => StatusCode.Cancelled,
        0x5 => StatusCode.Unknown,
        0xb => StatusCode.ResourceExhausted,
        0xc => StatusCode.PermissionDenied,
        >= 0x0 and <= 0xa => StatusCode.Internal,
        _ => StatusCode.Unknown,
    };
}

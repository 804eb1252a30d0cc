using Grpc.Core;

namespace Rpc.Wire;

/// <summary>Custom metadata as HTTP headers; binary values are base64, and several of them may share one header, joined by commas.</summary>
internal static class MetadataHeaders
{
    /// <summary>Headers of the protocol itself, which metadata neither shows nor sets.</summary>
    public static bool IsReserved(string name) =>
        name.Length == 0
        || name[0] == ':'
        || name.ToLowerInvariant() is GrpcProtocol.StatusHeader or GrpcProtocol.MessageHeader or GrpcProtocol.TimeoutHeader
            or GrpcProtocol.EncodingHeader or GrpcProtocol.AcceptEncodingHeader or "grpc-message-type"
            or "content-type" or "content-length" or "te" or "host" or "connection" or "transfer-encoding" or "keep-alive" or "upgrade" or "trailer";

    public static void AddTo(Metadata metadata, string name, IEnumerable<string?> values)
    {
        if (IsReserved(name) || !IsKey(name))
        {
            return;
        }

        foreach (var value in values)
        {
            if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
            {
                metadata.Add(name, value ?? "");
                continue;
            }

            foreach (var part in (value ?? "").Split(','))
            {
                metadata.Add(name, Decode(name, part.Trim()));
            }
        }
    }

    /// <summary>The entries to send, as header values.</summary>
    public static IEnumerable<(string Name, string Value)> ToHeaders(Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (!IsReserved(entry.Key))
            {
                yield return (entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=') : Ascii(entry));
            }
        }
    }

    // ASCII-Value is 1*( %x20-%x7E ): a peer may drop the connection over anything else.
    private static string Ascii(Metadata.Entry entry) =>
        entry.Value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? throw new RpcException(new Status(StatusCode.Internal, $"The metadata value of {entry.Key} is not printable ASCII."))
            : entry.Value;

    private static byte[] Decode(string name, string value)
    {
        try
        {
            // "Implementations MUST accept padded and un-padded values."
            return Convert.FromBase64String(value.TrimEnd('=') is var bare ? bare.PadRight((bare.Length + 3) / 4 * 4, '=') : value);
        }
        catch (FormatException e)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The metadata value of {name} is not base64.", e));
        }
    }

    // A header that HTTP allows and metadata does not, such as "x!y", is not shown.
    private static bool IsKey(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}

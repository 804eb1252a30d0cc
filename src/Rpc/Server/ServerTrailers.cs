using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Rpc.Wire;

namespace Rpc.Server;

/// <summary>The end of a response: Trailers after messages, or Trailers-Only, where the one header block ends the stream.</summary>
internal static class ServerTrailers
{
    public static void Write(HttpResponse response, bool started, Status status, Metadata metadata)
    {
        List<(string Name, string Value)> headers;
        try
        {
            headers = [.. MetadataHeaders.ToHeaders(metadata)];
        }
        catch (RpcException e)
        {
            // Trailers that cannot be sent must not take the status with them.
            headers = [];
            status = e.Status;
        }

        Append(GrpcProtocol.StatusHeader, ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture));
        if (status.Detail.Length > 0)
        {
            Append(GrpcProtocol.MessageHeader, GrpcProtocol.EncodeMessage(status.Detail));
        }

        foreach (var (name, value) in headers)
        {
            Append(name, value);
        }

        void Append(string name, string value)
        {
            if (started)
            {
                response.AppendTrailer(name, value);
            }
            else
            {
                response.Headers.Append(name, value);
            }
        }
    }
}

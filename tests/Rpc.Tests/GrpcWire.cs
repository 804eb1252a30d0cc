using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Rpc.Tests;

/// <summary>gRPC requests made by hand, to send what no client would.</summary>
internal static class GrpcWire
{
    public const string Echo = "/rpc.interop.Interop/Echo";

    public static byte[] Frame(byte[] message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public static byte[] Frame(IMessage message) => Frame(message.ToByteArray());

    public static byte[] Gzip(byte[] message)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            gzip.Write(message);
        }

        return zipped.ToArray();
    }

    public static async Task<GrpcAnswer> PostAsync(
        Uri server, string path, byte[] body, string contentType = "application/grpc", bool http2 = true, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, path))
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        using var received = new MemoryStream();
        await response.Content.CopyToAsync(received, TestContext.Current.CancellationToken);
        return new GrpcAnswer((int)response.StatusCode, Values(response.Headers), received.ToArray(), Values(response.TrailingHeaders));
    }

    private static Dictionary<string, string> Values(HttpResponseHeaders headers) =>
        headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value));
}

internal sealed record GrpcAnswer(int HttpStatus, Dictionary<string, string> Headers, byte[] Body, Dictionary<string, string> Trailers)
{
    /// <summary>The status, wherever it is.</summary>
    public string Status => Headers.GetValueOrDefault("grpc-status") ?? Trailers.GetValueOrDefault("grpc-status") ?? "none";
}

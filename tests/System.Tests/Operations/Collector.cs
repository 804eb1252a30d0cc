using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SystemTests.Operations;

/// <summary>A span as it came over the wire (opentelemetry/proto/trace/v1/trace.proto).</summary>
internal sealed record Span(string Service, string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string> LinkedTraces);

/// <summary>Takes what is exported over OTLP, protobuf over HTTP, and reads the spans of it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<Span> spans = new();
    private readonly ConcurrentQueue<byte[]> bodies = new();
    private readonly WebApplication app;

    private Collector(WebApplication app) => this.app = app;

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public IReadOnlyList<Span> Spans => [.. spans];

    /// <summary>All that came, of traces and metrics.</summary>
    public string Everything => string.Concat(bodies.Select(Encoding.UTF8.GetString));

    public static async Task<Collector> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new Collector(builder.Build());
        collector.app.MapPost("/v1/{signal}", collector.TakeAsync);
        await collector.app.StartAsync(ct);
        return collector;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(string signal, HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        bodies.Enqueue(body.ToArray());
        if (signal == "traces")
        {
            Read(body.ToArray());
        }
    }

    // ExportTraceServiceRequest.resource_spans = 1; its resource = 1, scope_spans = 2; of that spans = 2.
    private void Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request).Where(field => field.Number == 1))
        {
            var parts = Fields(resourceSpans.Bytes);
            var service = Tags(parts.Where(part => part.Number == 1).SelectMany(resource => Fields(resource.Bytes)), 1)["service.name"];
            foreach (var span in parts.Where(part => part.Number == 2).SelectMany(scope => Fields(scope.Bytes)).Where(field => field.Number == 2))
            {
                spans.Enqueue(SpanOf(service, Fields(span.Bytes)));
            }
        }
    }

    private static Span SpanOf(string service, List<(int Number, byte[] Bytes)> fields)
    {
        byte[] First(int number) => fields.FirstOrDefault(field => field.Number == number).Bytes ?? [];
        return new(
            service,
            Convert.ToHexStringLower(First(1)),
            Convert.ToHexStringLower(First(2)),
            Convert.ToHexStringLower(First(4)),
            Encoding.UTF8.GetString(First(5)),
            Tags(fields, 9),
            [.. fields.Where(field => field.Number == 13).Select(link => Convert.ToHexStringLower(Fields(link.Bytes)[0].Bytes))]);
    }

    // KeyValue: key = 1, value = 2; of AnyValue only what it holds.
    private static Dictionary<string, string> Tags(IEnumerable<(int Number, byte[] Bytes)> fields, int number) => fields
        .Where(field => field.Number == number)
        .Select(field => Fields(field.Bytes))
        .ToDictionary(pair => Encoding.UTF8.GetString(pair[0].Bytes), pair => Fields(pair[1].Bytes) is [var value] ? Encoding.UTF8.GetString(value.Bytes) : "");

    private static List<(int Number, byte[] Bytes)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[])>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.LengthDelimited:
                    fields.Add((WireFormat.GetTagFieldNumber(tag), input.ReadBytes().ToByteArray()));
                    break;
                case WireFormat.WireType.Varint:
                    fields.Add((WireFormat.GetTagFieldNumber(tag), Encoding.UTF8.GetBytes($"{input.ReadUInt64()}")));
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return fields;
    }
}

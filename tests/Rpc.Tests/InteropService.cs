using Google.Protobuf;
using Grpc.Core;

namespace Rpc.Tests;

/// <summary>What every implementation of the interop service does; interop/node/server.js and interop/python/server.py do the same.</summary>
internal sealed class InteropService(CallLog log) : Interop.InteropBase
{
    public override Task<Payload> Echo(Payload request, ServerCallContext context) => Task.FromResult(request);

    public override async Task Count(CountRequest request, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        for (var i = 1; i <= request.Count; i++)
        {
            await responseStream.WriteAsync(new Payload { Number = i, Data = ByteString.CopyFrom(new byte[request.Size]) });
            if (request.HasFailAfter && request.FailAfter == i)
            {
                throw new RpcException(new Status(StatusCode.Aborted, $"stopped at {i}"));
            }
        }
    }

    public override async Task<SumReply> Sum(IAsyncStreamReader<Payload> requestStream, ServerCallContext context)
    {
        var sum = new SumReply();
        await foreach (var payload in requestStream.ReadAllAsync(context.CancellationToken))
        {
            sum.Messages++;
            sum.Bytes += payload.Data.Length;
            sum.Total += payload.Number;
        }

        return sum;
    }

    public override async Task Chat(IAsyncStreamReader<Payload> requestStream, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        await foreach (var payload in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(payload);
        }
    }

    public override Task<Payload> Fail(FailRequest request, ServerCallContext context) =>
        throw new RpcException(new Status((StatusCode)request.Code, request.Detail), [new("x-why", "because"), new("x-why-bin", [0x00, 0xFF])]);

    public override async Task<MetadataReply> Metadata(Payload request, ServerCallContext context)
    {
        var custom = context.RequestHeaders.Where(entry => entry.Key.StartsWith("x-", StringComparison.Ordinal)).ToList();
        var headers = new Metadata();
        custom.ForEach(headers.Add);
        await context.WriteResponseHeadersAsync(headers);
        context.ResponseTrailers.Add("x-end", "bye");
        return new MetadataReply
        {
            Entries = { custom.Select(e => $"{e.Key}={(e.IsBinary ? Convert.ToHexString(e.ValueBytes) : e.Value)}").Order(StringComparer.Ordinal) },
        };
    }

    public override async Task<Payload> Hang(Payload request, ServerCallContext context)
    {
        await log.HangAsync(request.Text, context.CancellationToken);
        return request;
    }

    public override async Task HangAfterOne(Payload request, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(request);
        await log.HangAsync(request.Text, context.CancellationToken);
    }
}

/// <summary>Lets a test wait until a call hangs, and until it was cancelled.</summary>
internal sealed class CallLog
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource> events = new();

    /// <summary>How many messages a stream has written.</summary>
    public int Count { get; set; }

    public Task HangingAsync(string call) => EventAsync($"hanging {call}");

    public Task CancelledAsync(string call) => EventAsync($"cancelled {call}");

    public async Task HangAsync(string call, CancellationToken ct)
    {
        Happened($"hanging {call}");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        }
        finally
        {
            Happened($"cancelled {call}");
        }
    }

    public void Happened(string what) => Source(what).TrySetResult();

    public Task EventAsync(string what) => Source(what).Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private TaskCompletionSource Source(string what) =>
        events.GetOrAdd(what, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}

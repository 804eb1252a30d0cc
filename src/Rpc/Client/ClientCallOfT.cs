using System.IO.Pipelines;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Rpc.Wire;

namespace Rpc.Client;

/// <summary>Sends the request of a call and reads the messages of its answer.</summary>
internal sealed class ClientCall<TResponse>(
    GrpcChannel channel,
    IMethod method,
    Marshaller<TResponse> marshaller,
    string? host,
    CallOptions options,
    bool singleResponse) : ClientCall(channel, method, options)
    where TResponse : class
{
    // "grpc-" Language "-" Variant "/" Version
    private const string UserAgent = "grpc-dotnet-rpc/1.0";

    private readonly TaskCompletionSource<Answer?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int messages;

    /// <summary>Sends the call in the background; failures are found by whoever reads, writes or asks for the headers.</summary>
    public void Start(Func<HttpContent> content) => _ = SendAsync(content);

    /// <summary>The next message, or null when the call ended with OK.</summary>
    public async Task<TResponse?> ReadMessageAsync(CancellationToken ct)
    {
        using var cancelling = CancelBy(ct);
        var received = await answer.Task;
        if (received is null || Finished.IsCompleted)
        {
            return GetStatus().StatusCode == StatusCode.OK ? null : throw Failure();
        }

        try
        {
            var message = await received.Reader.ReadAsync(marshaller, Cancellation);
            if (message is null)
            {
                await EndAsync(received);
            }
            else if (singleResponse && ++messages > 1)
            {
                Finish(new Status(StatusCode.Unimplemented, $"The server answered {Method.FullName} with more than one message."));
            }
            else
            {
                return message;
            }
        }
        catch (Exception e)
        {
            Finish(e);
        }

        return GetStatus().StatusCode == StatusCode.OK ? null : throw Failure();
    }

    /// <summary>The message of an answer that is not a stream, when the status has come and is OK.</summary>
    public async Task<TResponse> ReadOnlyMessageAsync()
    {
        var message = await ReadMessageAsync(CancellationToken.None);
        await ReadMessageAsync(CancellationToken.None);
        return message!;
    }

    public override async Task<Exception> ExplainFailedWriteAsync(Exception e)
    {
        // The answer's head decides in most cases; where messages follow it, only reading them leads to the status.
        var received = await answer.Task;
        if (received is not null && singleResponse)
        {
            await Finished;
        }

        return Finished.IsCompleted
            ? Failure()
            : new RpcException(new Status(StatusCode.Unknown, "The server takes no more messages; its status follows the messages still to be read.", e));
    }

    private async Task SendAsync(Func<HttpContent> content)
    {
        try
        {
            var request = await CreateRequestAsync(content);
            var response = await Channel.Invoker.SendAsync(request, Cancellation);
            answer.TrySetResult(TryAttach(response) ? await ReadHeadAsync(response) : null);
        }
        catch (Exception e)
        {
            Finish(e);
            answer.TrySetResult(null);
        }
    }

    private async Task<HttpRequestMessage> CreateRequestAsync(Func<HttpContent> content)
    {
        Cancellation.ThrowIfCancellationRequested();
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Channel.Address, Method.FullName))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content(),
        };
        request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation("user-agent", UserAgent);
        request.Headers.TryAddWithoutValidation(GrpcProtocol.AcceptEncodingHeader, GrpcProtocol.AcceptedEncodings);
        if (Deadline - Channel.Clock.GetUtcNow().UtcDateTime is { } left)
        {
            request.Headers.TryAddWithoutValidation(GrpcProtocol.TimeoutHeader, GrpcTimeout.Format(left));
        }

        foreach (var (name, value) in MetadataHeaders.ToHeaders(await WithCredentialsAsync()))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private async Task<Metadata> WithCredentialsAsync()
    {
        var metadata = Options.Headers ?? Metadata.Empty;
        if (Options.Credentials is null)
        {
            return metadata;
        }

        if (!Channel.MayCarryCredentials)
        {
            throw new InvalidOperationException(
                $"Call credentials need https://, or {nameof(GrpcChannelOptions)}.{nameof(GrpcChannelOptions.UnsafeUseInsecureChannelCallCredentials)}.");
        }

        metadata = [.. metadata];
        var serviceUrl = new Uri(Channel.Address, $"/{Method.ServiceName}").ToString();
        await Options.Credentials.ApplyAsync(new AuthInterceptorContext(serviceUrl, Method.Name, Cancellation), metadata);
        return metadata;
    }

    // Null when the head was the whole answer.
    private async Task<Answer?> ReadHeadAsync(HttpResponseMessage response)
    {
        var metadata = ClientStatus.ToMetadata(response.Headers);
        Answered(metadata);
        if (ClientStatus.FromHead(response) is { } status)
        {
            Finish(CheckCount(status), metadata);
            return null;
        }

        var encoding = response.Headers.NonValidated.TryGetValues(GrpcProtocol.EncodingHeader, out var values) ? values.ToString() : null;
        if (encoding is not (null or GrpcProtocol.Identity or GrpcProtocol.Gzip))
        {
            Finish(new Status(StatusCode.Internal, $"The server compressed with {encoding}, which was not offered."));
            return null;
        }

        var body = PipeReader.Create(await response.Content.ReadAsStreamAsync(Cancellation), new StreamPipeReaderOptions(leaveOpen: true));
        return new(response, body, new MessageReader(body, Channel.MaxReceiveMessageSize, encoding));
    }

    private async Task EndAsync(Answer received)
    {
        await received.Body.CompleteAsync();
        Finish(CheckCount(ClientStatus.FromTrailers(received.Response)), ClientStatus.ToMetadata(received.Response.TrailingHeaders));
    }

    // "Response cardinality violation": UNIMPLEMENTED.
    private Status CheckCount(Status status) => singleResponse && messages == 0 && status.StatusCode == StatusCode.OK
        ? new Status(StatusCode.Unimplemented, $"The server answered {Method.FullName} with no message.")
        : status;

    private sealed record Answer(HttpResponseMessage Response, PipeReader Body, MessageReader Reader);
}

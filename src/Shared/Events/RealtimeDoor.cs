using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Documents;
using Shared.Faults;
using Shared.Messaging;
using Watching;

namespace Shared.Events;

/// <summary>The door of protos/realtime.proto, and POST /realtime/:doctype/:id (cozy-api section 11).</summary>
internal sealed class RealtimeDoor(
    EventHub hub, IWatchedDocuments documents, Authentication authentication, TimeProvider clock, IHostApplicationLifetime life) : Watching.Realtime.RealtimeBase
{
    private const int MostBytes = 64 << 10;

    public override async Task Watch(IAsyncStreamReader<WatchRequest> requestStream, IServerStreamWriter<WatchReply> responseStream, ServerCallContext context)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, life.ApplicationStopping);
        try
        {
            await new Watch(hub, documents, authentication, clock).RunAsync(requestStream, responseStream, over.Token);
        }
        catch (OperationCanceledException) when (life.ApplicationStopping.IsCancellationRequested)
        {
            throw new FaultException(Fault.Unavailable, "the service stops");
        }
    }

    /// <summary>Tells the subscribers of a document what a client has to say about it.</summary>
    internal async Task NotifyAsync(HttpContext context)
    {
        var (doctype, id, caller) = (context.GetRawValue("doctype")!, context.GetRawValue("id")!, context.Caller());
        if (caller.Permissions?.AllowsDocument("POST", doctype, id) != true)
        {
            throw new AccessException(Fault.Forbidden, "Forbidden");
        }

        var json = await JsonObjectBody.ReadAsync(context.Request, MostBytes, context.RequestAborted);
        json["_id"] = id;
        json["_type"] = doctype;
        hub.Announce(caller.Instance.Domain, doctype, id, EventNames.Notified, () => ("", json));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}

internal static class RealtimeRegistration
{
    /// <summary>Needs an <see cref="IWatchedDocuments"/>. With a broker, <paramref name="service"/> is what its replicas have in common.</summary>
    public static void AddRealtime(this WebApplicationBuilder builder, string service)
    {
        builder.Services.AddSingleton<EventHub>().AddSingleton<Authentication>().AddSingleton<RealtimeDoor>();
        if (builder.Configuration["RabbitMq:Uri"] is { Length: > 0 } uri)
        {
            BrokerAddress.Check(uri);
            builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<EventRelay>(provider, new RelayAddress(uri, service, builder.Configuration["RabbitMq:Password"])));
        }
    }

    public static void MapRealtime(this WebApplication app)
    {
        // The credentials come inside the stream, and are checked there.
        app.MapGrpcService<RealtimeDoor>().WithMetadata(Admission.Process);
        app.MapRaw("POST", "/realtime/{doctype}/{id}", app.Services.GetRequiredService<RealtimeDoor>().NotifyAsync)
            .WithMetadata(Admission.AnyToken)
            .Describe("Tells all who subscribed to the doctype or the document: NOTIFIED, with any JSON object.", "application/json")
            .Answers(StatusCodes.Status204NoContent);
    }
}

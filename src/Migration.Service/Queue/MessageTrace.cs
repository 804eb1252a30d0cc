using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;

namespace Migration.Queue;

/// <summary>The trace that a message belongs to, in its headers <c>traceparent</c> and <c>tracestate</c>; both sides are spans of it.</summary>
internal static class MessageTrace
{
    private static readonly ActivitySource Source = new("Bridge.Queue");

    public static Activity? Publish(string key) => Source.StartActivity(
        $"publish {key}", ActivityKind.Producer, default(ActivityContext), Tags("publish", key));

    /// <summary>Who publishes outside of any trace adds no header.</summary>
    public static void AddTo(BasicProperties properties) => DistributedContextPropagator.Current.Inject(
        Activity.Current, properties, static (to, name, value) => (((BasicProperties)to!).Headers ??= new Dictionary<string, object?>())[name] = value);

    public static Activity? Process(string queue, IReadOnlyBasicProperties properties)
    {
        DistributedContextPropagator.Current.ExtractTraceIdAndState(properties, Find, out var parent, out var state);
        _ = ActivityContext.TryParse(parent, state, isRemote: true, out var context);
        return Source.StartActivity($"process {queue}", ActivityKind.Consumer, context, Tags("process", queue));
    }

    private static IEnumerable<KeyValuePair<string, object?>> Tags(string operation, string destination) =>
    [
        new("messaging.system", "rabbitmq"), new("messaging.operation.name", operation), new("messaging.destination.name", destination),
    ];

    // The library gives a text as its bytes.
    private static void Find(object? carrier, string name, out string? value, out IEnumerable<string>? values)
    {
        values = null;
        object? header = null;
        _ = (carrier as IReadOnlyBasicProperties)?.Headers?.TryGetValue(name, out header);
        value = header is byte[] bytes ? Encoding.ASCII.GetString(bytes) : header as string;
    }
}

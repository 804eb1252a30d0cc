using System.Diagnostics;

namespace Operations.Traces;

/// <summary>W3C Trace Context: <c>traceparent</c> and <c>tracestate</c>, in and out; baggage stays where it is.</summary>
public sealed class TraceParent : DistributedContextPropagator
{
    public const string Header = "traceparent";

    private const string State = "tracestate";
    private static readonly DistributedContextPropagator Inner = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields { get; } = [Header, State];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
        Inner.Inject(activity, carrier, setter is null ? null : (to, name, value) =>
        {
            if (Fields.Contains(name))
            {
                setter(to, name, value);
            }
        });

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        Inner.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;

namespace Rpc.Transcoding;

/// <summary>Endpoint metadata of a route on the raw target.</summary>
internal sealed class RawRoute(string method, RawTemplate template) : IRouteDiagnosticsMetadata
{
    public const string AnyMethod = "*";

    public string Method { get; } = method;

    public RawTemplate Template { get; } = template;

    public string Route => Template.Text;

    public override string ToString() => $"{Method} {Template}";
}

/// <summary>Endpoint metadata: the route matches only when the query has this value.</summary>
public sealed record QueryCondition(string Name, string Value)
{
    internal bool Holds(QueryString query)
    {
        // Of a repeated parameter the last value counts, as where it is bound.
        ReadOnlyMemory<char>? last = null;
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            if (pair.DecodeName().Span.SequenceEqual(Name))
            {
                last = pair.DecodeValue();
            }
        }

        return last is { } value && value.Span.SequenceEqual(Value);
    }
}

/// <summary>Endpoint metadata of the answer 405, which carries none of the metadata of the routes it stands for.</summary>
public sealed class MethodNotAllowedMetadata(IReadOnlyList<string> allowed)
{
    public IReadOnlyList<string> Allowed { get; } = allowed;
}

namespace Rpc.Transcoding;

/// <summary>The variables of the matched route, decoded when they are first asked for.</summary>
internal sealed class RawRouteValues(RawTemplate template, string[] segments)
{
    private Dictionary<string, string>? values;

    /// <exception cref="BadRequestException">A segment is not a name.</exception>
    public string? this[string name] => Bind().GetValueOrDefault(name);

    /// <exception cref="BadRequestException">A segment is not a name.</exception>
    public Dictionary<string, string> Bind() => values ??= Decode();

    private Dictionary<string, string> Decode()
    {
        var decoded = new Dictionary<string, string>(StringComparer.Ordinal);
        var raw = segments;
        if (template.Verb is { } verb)
        {
            raw = [.. segments[..^1], segments[^1][..^(verb.Length + 1)]];
        }

        for (var i = 0; i < template.Segments.Count; i++)
        {
            var (kind, name) = template.Segments[i];
            if (kind == RawTemplate.SegmentKind.Variable)
            {
                decoded[name] = RawTarget.DecodeName(raw[i]);
            }
            else if (kind == RawTemplate.SegmentKind.Rest)
            {
                decoded[name] = "/" + string.Join('/', raw[i..].Where(segment => segment.Length > 0).Select(RawTarget.DecodeName));
            }
        }

        return decoded;
    }
}

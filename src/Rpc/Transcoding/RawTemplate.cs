namespace Rpc.Transcoding;

/// <summary>
/// A path template of google.api.http: literals, <c>{id}</c> for one segment, <c>{path=**}</c> last for all that follow, and a
/// <c>:verb</c> after the last variable.
/// </summary>
internal sealed class RawTemplate
{
    private const string Rest = "**";

    private RawTemplate(string text, IReadOnlyList<Segment> segments, string? verb)
    {
        Text = text;
        Segments = segments;
        Verb = verb;
    }

    public string Text { get; }

    public IReadOnlyList<Segment> Segments { get; }

    public string? Verb { get; }

    public IEnumerable<string> Variables => Segments.Where(segment => segment.Kind != SegmentKind.Literal).Select(segment => segment.Text);

    public static RawTemplate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith('/'))
        {
            throw Malformed(text, "it must start with '/'");
        }

        var parts = text[1..].Split('/');
        var close = parts[^1].LastIndexOf('}');
        var verb = close >= 0 && close + 1 < parts[^1].Length ? parts[^1][(close + 1)..] : null;
        if (verb is not null)
        {
            parts[^1] = parts[^1][..(close + 1)];
            verb = verb is [':', _, ..] ? verb[1..] : throw Malformed(text, "only ':' and a verb may follow the last variable");
        }

        var segments = parts.Select(part => ParseSegment(text, part)).ToArray();
        var names = segments.Where(segment => segment.Kind != SegmentKind.Literal).Select(segment => segment.Text).ToArray();
        if (segments[..^1].Any(segment => segment.Kind == SegmentKind.Rest))
        {
            throw Malformed(text, "'**' must be last");
        }

        return names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? new(text, segments, verb)
            : throw Malformed(text, "a variable appears twice");
    }

    public override string ToString() => Text;

    private static Segment ParseSegment(string template, string part)
    {
        if (!part.StartsWith('{'))
        {
            return part.AsSpan().IndexOfAny('{', '}') < 0
                ? new(SegmentKind.Literal, part)
                : throw Malformed(template, "a variable is a whole segment");
        }

        var (name, pattern) = part.EndsWith('}') && part.Split('=') is var halves
            ? halves switch
            {
                [var whole] => (whole[1..^1], "*"),
                [var left, var right] => (left[1..], right[..^1]),
                _ => ("", ""),
            }
            : ("", "");
        var kind = pattern switch
        {
            "*" => SegmentKind.Variable,
            Rest => SegmentKind.Rest,
            _ => throw Malformed(template, "a variable is {name}, {name=*} or {name=**}"),
        };
        return name.Length > 0 && name.AsSpan().IndexOfAny('{', '}') < 0 ? new(kind, name) : throw Malformed(template, "a variable needs a name");
    }

    private static ArgumentException Malformed(string template, string why) => new($"\"{template}\" is not a path template: {why}.");

    internal enum SegmentKind
    {
        Literal,
        Variable,
        Rest,
    }

    /// <param name="Kind">What it matches.</param>
    /// <param name="Text">The literal, or the variable's name.</param>
    internal readonly record struct Segment(SegmentKind Kind, string Text);
}

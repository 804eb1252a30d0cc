using System.Text.Json;
using System.Text.Json.Nodes;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>A selector of CouchDB's _find. As there, a field that is missing satisfies "$exists": false and nothing else.</summary>
internal abstract record Selector
{
    private const int MostDepth = 32;

    /// <exception cref="FaultException">Malformed: an operator or its argument is not one.</exception>
    public static Selector Parse(JsonObject selector) => Read(selector, [], 0);

    public abstract bool Matches(JsonObject document);

    /// <summary>The opposite; a negation goes down to the fields, so that a missing field never satisfies it.</summary>
    public abstract Selector Not();

    private static All Read(JsonObject selector, string[] at, int depth) =>
        depth <= MostDepth ? new([.. selector.Select(member => Read(member.Key, member.Value, at, depth))]) : throw Malformed("the selector is nested too deep");

    private static Selector Read(string name, JsonNode? value, string[] at, int depth) => name switch
    {
        "$and" => new All(PartsOf(name, value, at, depth)),
        "$or" => new Any(PartsOf(name, value, at, depth)),
        "$nor" => new Any(PartsOf(name, value, at, depth)).Not(),
        "$not" => Read(value as JsonObject ?? throw Malformed("$not needs an object"), at, depth + 1).Not(),
        ['$', ..] when at.Length == 0 => throw Malformed($"Invalid operator: {name}"),
        ['$', ..] => Test(at, name, value),
        _ => value is JsonObject { Count: > 0 } inner
            ? Read(inner, [.. at, .. FieldPath.Parse(name)], depth + 1)
            : Test([.. at, .. FieldPath.Parse(name)], "$eq", value),
    };

    private static Selector[] PartsOf(string name, JsonNode? value, string[] at, int depth) => value is JsonArray parts
        ? [.. parts.Select(part => part is JsonObject inner
            ? Read(inner, at, depth + 1)
            : at.Length > 0 ? Test(at, "$eq", part) : throw Malformed($"{name} needs selectors"))]
        : throw Malformed($"{name} needs an array");

    private static Selector Test(string[] path, string name, JsonNode? argument) => name switch
    {
        "$eq" => new Condition(path, value => Collation.Compare(value, argument) == 0),
        "$ne" => new Condition(path, value => Collation.Compare(value, argument) != 0),
        "$gt" => new Condition(path, value => Collation.Compare(value, argument) > 0),
        "$gte" => new Condition(path, value => Collation.Compare(value, argument) >= 0),
        "$lt" => new Condition(path, value => Collation.Compare(value, argument) < 0),
        "$lte" => new Condition(path, value => Collation.Compare(value, argument) <= 0),
        "$in" => new Condition(path, IsIn(List(name, argument))),
        "$nin" => new Condition(path, IsIn(List(name, argument))).Not(),
        "$exists" => new Existence(path, argument?.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Malformed("$exists needs true or false"),
        }),
        _ => throw Malformed($"Invalid operator: {name}"),
    };

    // Of an array, one member in the list suffices.
    private static Func<JsonNode?, bool> IsIn(JsonArray list) => value =>
        list.Any(one => Collation.Compare(value, one) == 0 || (value is JsonArray many && many.Any(item => Collation.Compare(item, one) == 0)));

    private static JsonArray List(string name, JsonNode? argument) => argument as JsonArray ?? throw Malformed($"{name} needs an array");

    private static FaultException Malformed(string message) => new(Fault.Malformed, message);

    private sealed record All(IReadOnlyList<Selector> Parts) : Selector
    {
        public override bool Matches(JsonObject document) => Parts.All(part => part.Matches(document));

        public override Selector Not() => new Any([.. Parts.Select(part => part.Not())]);
    }

    private sealed record Any(IReadOnlyList<Selector> Parts) : Selector
    {
        public override bool Matches(JsonObject document) => Parts.Any(part => part.Matches(document));

        public override Selector Not() => new All([.. Parts.Select(part => part.Not())]);
    }

    private sealed record Existence(string[] Path, bool There) : Selector
    {
        public override bool Matches(JsonObject document) => FieldPath.TryGet(document, Path, out _) == There;

        public override Selector Not() => this with { There = !There };
    }

    private sealed record Condition(string[] Path, Func<JsonNode?, bool> Holds) : Selector
    {
        public override bool Matches(JsonObject document) => FieldPath.TryGet(document, Path, out var value) && Holds(value);

        public override Selector Not() => this with { Holds = value => !Holds(value) };
    }
}

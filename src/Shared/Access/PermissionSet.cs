using System.Text.Json.Nodes;
using Shared.Faults;

namespace Shared.Access;

/// <summary>What a token may do: rules of doctype, verbs and values (cozy-api, "Permission sets").</summary>
internal sealed class PermissionSet
{
    private readonly IReadOnlyList<Rule> rules;

    private PermissionSet(IReadOnlyList<Rule> rules) => this.rules = rules;

    /// <summary>Reads <c>type[:verbs[:values[:selector]]]</c>, rules separated by one space.</summary>
    /// <exception cref="FaultException">Malformed: the scope is empty or a doctype is not one.</exception>
    public static PermissionSet Parse(string scope)
    {
        var rules = scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Rule.Parse).ToList();
        return rules.Count > 0 ? new(rules) : throw Rule.BadScope();
    }

    /// <summary>May it do this to the whole doctype? Rules with values never suffice.</summary>
    public bool Allows(string verb, string doctype) =>
        rules.Any(rule => rule.Values.Count == 0 && rule.Covers(verb, doctype));

    /// <summary>May it do this to one document? Whole-type rules and id rules suffice.</summary>
    public bool AllowsDocument(string verb, string doctype, string id) =>
        rules.Any(rule => rule.Covers(verb, doctype) && (rule.Values.Count == 0 || (rule.Selector.Length == 0 && rule.Values.Contains(id))));

    /// <summary>The same of a document that is there: a rule whose selector names one of its fields suffices too.</summary>
    public bool AllowsDocument(string verb, string doctype, string id, JsonObject document) =>
        AllowsDocument(verb, doctype, id) || rules.Any(rule => rule.Covers(verb, doctype) && rule.Selects(document));

    /// <summary>May it do this to anything of the doctype, be it one document?</summary>
    public bool AllowsSome(string verb, string doctype) => rules.Any(rule => rule.Covers(verb, doctype));

    private sealed record Rule(string Doctype, IReadOnlyList<string> Verbs, IReadOnlyList<string> Values, string Selector)
    {
        private const string Everything = "*";

        public static Rule Parse(string text)
        {
            var parts = text.Split(':', 4);
            var doctype = parts[0];
            if (!IsDoctype(doctype))
            {
                throw BadScope();
            }

            return new(doctype, List(parts, 1), List(parts, 2), parts.Length > 3 ? parts[3] : "");
        }

        public static AccessException BadScope() =>
            new AccessException(Fault.Malformed, "Permission scope is empty or malformed");

        public bool Covers(string verb, string doctype) =>
            CoversType(doctype) && (Verbs.Count == 0 || Verbs.Contains("ALL") || Verbs.Contains(verb));

        public bool Selects(JsonObject document) =>
            Selector.Length > 0 && (document[Selector] is JsonArray many ? many.Any(Names) : Names(document[Selector]));

        private bool Names(JsonNode? field) => field is JsonValue value && value.TryGetValue(out string? text) && Values.Contains(text);

        private bool CoversType(string doctype) =>
            Doctype is Everything || Doctype == doctype
            || (Doctype.EndsWith(".*", StringComparison.Ordinal)
                && (doctype + ".").StartsWith(Doctype[..^1], StringComparison.Ordinal));

        // Lower-case letters, digits, '.' and '_'; no empty part. A wildcard stands alone or after three parts.
        private static bool IsDoctype(string text)
        {
            if (text is Everything)
            {
                return true;
            }

            var parts = text.Split('.');
            var names = parts[^1] == "*" ? parts[..^1] : parts;
            return (names.Length == parts.Length || names.Length >= 3)
                && names.All(part => part.Length > 0 && part.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_'));
        }

        private static string[] List(string[] parts, int index) =>
            parts.Length > index ? parts[index].Split(',', StringSplitOptions.RemoveEmptyEntries) : [];
    }
}

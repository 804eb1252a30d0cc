using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Shared.Access;

namespace RemoteFiles.Tests.Properties;

/// <summary>Permission sets allow what one of their rules says, and nothing else.</summary>
public sealed class PermissionProperties
{
    private static readonly string[] Doctypes = ["io.cozy.files", "io.cozy.files.versions", "io.cozy.filesystem", "io.cozy.accounts"];
    private static readonly string[] Verbs = ["GET", "POST", "PUT"];
    private static readonly string[] Ids = ["x", "y", "z"];

    private static readonly Gen<Rule> Rules =
        from type in Gen.Elements("io.cozy.files", "io.cozy.accounts", "io.cozy.files.*", "*")
        from verbs in Gen.SubListOf(Verbs.Append("ALL"))
        from values in Gen.SubListOf(Ids)
        from selector in Gen.Elements("", "name")
        select new Rule(type, [.. verbs], [.. values], values.Count == 0 ? "" : selector);

    [Fact]
    public void A_set_allows_what_a_rule_of_it_allows() => Property.Holds(
        from rules in Gen.NonEmptyListOf(Rules)
        from doctype in Gen.Elements(Doctypes)
        from verb in Gen.Elements(Verbs.Append("DELETE"))
        from id in Gen.Elements(Ids)
        from name in Gen.Elements(Ids)
        select (rules: rules.ToArray(), doctype, verb, id, name), asked =>
    {
        var set = PermissionSet.Parse(string.Join(' ', asked.rules.AsEnumerable()));
        var covering = asked.rules.Where(rule => rule.Covers(asked.verb, asked.doctype)).ToList();
        var byId = covering.Exists(rule => rule.Values.Length == 0 || (rule.Selector.Length == 0 && rule.Values.Contains(asked.id)));
        var byName = covering.Exists(rule => rule.Selector == "name" && rule.Values.Contains(asked.name));

        Assert.Equal(covering.Exists(rule => rule.Values.Length == 0), set.Allows(asked.verb, asked.doctype));
        Assert.Equal(covering.Count > 0, set.AllowsSome(asked.verb, asked.doctype));
        Assert.Equal(byId, set.AllowsDocument(asked.verb, asked.doctype, asked.id));
        Assert.Equal(byId || byName, set.AllowsDocument(asked.verb, asked.doctype, asked.id, new() { ["name"] = asked.name }));
        Assert.Equal(byId || byName, set.AllowsDocument(asked.verb, asked.doctype, asked.id, new() { ["name"] = new JsonArray("other", asked.name) }));
    });

    [Theory]
    [InlineData("")]
    [InlineData("io.cozy.*")]
    [InlineData("**")]
    [InlineData("io..files")]
    [InlineData(".io.cozy.files")]
    [InlineData("io.cozy.Files")]
    [InlineData("io.cozy.files io.cozy.*")]
    public void A_scope_with_a_rule_that_is_none_is_refused_whole(string scope) =>
        Assert.Throws<AccessException>(() => PermissionSet.Parse(scope));

    private sealed record Rule(string Type, string[] Verbs, string[] Values, string Selector)
    {
        public bool Covers(string verb, string doctype) =>
            (Type == "*" || Type == doctype || (Type == "io.cozy.files.*" && (doctype == "io.cozy.files" || doctype.StartsWith("io.cozy.files.", StringComparison.Ordinal))))
            && (Verbs.Length == 0 || Verbs.Contains("ALL") || Verbs.Contains(verb));

        public override string ToString() =>
            $"{Type}:{string.Join(',', Verbs)}" + (Values.Length > 0 ? ":" + string.Join(',', Values) + (Selector.Length > 0 ? ":" + Selector : "") : "");
    }
}

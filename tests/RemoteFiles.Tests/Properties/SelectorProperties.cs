using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Shared.Documents;

namespace RemoteFiles.Tests.Properties;

/// <summary>Selectors, sorts and pages of _find, held against the slow and obvious way.</summary>
public sealed class SelectorProperties
{
    private static readonly string[] Fields = ["a", "b", "c.d"];

    // As JSON: trees are printed, and made anew for each look.
    private static readonly Gen<string> Values = Gen.Elements("null", "true", "false", "0", "1", "2", "1.5", "\"\"", "\"x\"", "\"y\"");

    private static readonly Gen<string> Documents =
        from a in Gen.OneOf(Values, Gen.Constant(""))
        from b in Gen.OneOf(Values, Gen.Constant(""))
        from d in Gen.OneOf(Values, Gen.Constant(""))
        select "{" + string.Join(',', new[] { Member("a", a), Member("b", b), d.Length > 0 ? $"\"c\":{{\"d\":{d}}}" : "" }.Where(member => member.Length > 0)) + "}";

    private static readonly Gen<string> Selectors = Gen.Sized(size => SelectorOf(Math.Min(size, 20)));

    [Fact]
    public void A_selector_matches_what_it_says() => Property.Holds(from selector in Selectors from document in Documents select (selector, document), pair =>
    {
        var (selector, document) = (JsonNode.Parse(pair.selector)!.AsObject(), JsonNode.Parse(pair.document)!.AsObject());

        Assert.Equal(Means(selector, document, wanted: true), Selector.Parse(selector).Matches(document));
    });

    [Fact]
    public void Pages_of_any_search_together_are_the_search() => Property.Holds(
        from documents in Gen.ListOf(Documents)
        from selector in Selectors
        from sort in Gen.Elements("[]", """["a"]""", """[{"a":"desc"},{"b":"desc"}]""", """["c.d","a"]""")
        from limit in Gen.Choose(1, 5)
        from skip in Gen.Choose(0, 3)
        select (documents: documents.ToArray(), selector, sort, limit, skip),
        search => PagesAsync(search.documents, search.selector, search.sort, search.limit, search.skip).GetAwaiter().GetResult());

    private static async Task PagesAsync(string[] documents, string selector, string sort, int limit, int skip)
    {
        var ids = documents.Select((json, i) => (Id: $"{i:D3}", Json: JsonNode.Parse(json)!.AsObject())).ToList();
        var paths = JsonNode.Parse(sort)!.AsArray().Select(key => key is JsonObject direction ? direction.First().Key : (string)key!).ToList();
        var matching = ids.Where(one => Means(JsonNode.Parse(selector)!.AsObject(), one.Json, wanted: true)).ToList();
        matching.Sort((left, right) => paths.Select(path => CompareFields(left.Json, right.Json, path)).Append(string.CompareOrdinal(left.Id, right.Id)).FirstOrDefault(order => order != 0));
        if (sort.Contains("desc", StringComparison.Ordinal))
        {
            matching.Reverse();
        }

        var paged = new List<string>();
        var bookmark = "nil";
        do
        {
            var query = FindQuery.Parse(JsonNode.Parse($$"""{"selector":{{selector}},"sort":{{sort}},"limit":{{limit}},"skip":{{(paged.Count == 0 ? skip : 0)}},"bookmark":"{{bookmark}}"}""")!.AsObject());
            var run = new FindRun<Tuple<string, JsonObject>>(query, one => one.Item2, one => one.Item1);
            await foreach (var one in run.RunAsync(
                after => ids.Where(one => string.CompareOrdinal(one.Id, after) > 0).Select(one => one.ToTuple()).ToAsyncEnumerable(),
                id => Task.FromResult(ids.Where(one => one.Id == id).Select(one => one.ToTuple()).FirstOrDefault()),
                CancellationToken.None))
            {
                paged.Add(one.Item1);
            }

            bookmark = run.Bookmark;
        }
        while (bookmark.Length > 0);

        Assert.Equal(matching.Skip(skip).Select(one => one.Id), paged);
    }

    private static string Member(string name, string value) => value.Length > 0 ? $"\"{name}\":{value}" : "";

    private static Gen<string> SelectorOf(int size) => size < 2 ? Test() : Gen.OneOf(
        Test(),
        from left in SelectorOf(size / 2) from right in SelectorOf(size / 2) from name in Gen.Elements("$and", "$or", "$nor") select $"{{\"{name}\":[{left},{right}]}}",
        from inner in SelectorOf(size - 1) select $"{{\"$not\":{inner}}}");

    private static Gen<string> Test() =>
        from field in Gen.Elements(Fields)
        from test in Gen.OneOf(
            from name in Gen.Elements("$eq", "$ne", "$gt", "$gte", "$lt", "$lte") from value in Values select $"{{\"{name}\":{value}}}",
            from name in Gen.Elements("$in", "$nin") from values in Gen.ListOf(Values) select $"{{\"{name}\":[{string.Join(',', values)}]}}",
            from there in Gen.Elements("true", "false") select $"{{\"$exists\":{there}}}",
            Values,
            from value in Values select $"{{\"$not\":{{\"$gt\":{value}}}}}")
        select $"{{\"{field}\":{test}}}";

    /// <summary>Is this selector, on this document, what is wanted? A test of a missing field never is, but for $exists.</summary>
    private static bool Means(JsonObject selector, JsonObject document, bool wanted)
    {
        var (name, value) = selector.Single();
        return name switch
        {
            "$and" => wanted ? value!.AsArray().All(part => Means(part!.AsObject(), document, true)) : value!.AsArray().Any(part => Means(part!.AsObject(), document, false)),
            "$or" => wanted ? value!.AsArray().Any(part => Means(part!.AsObject(), document, true)) : value!.AsArray().All(part => Means(part!.AsObject(), document, false)),
            "$nor" => wanted ? value!.AsArray().All(part => Means(part!.AsObject(), document, false)) : value!.AsArray().Any(part => Means(part!.AsObject(), document, true)),
            "$not" => Means(value!.AsObject(), document, !wanted),
            _ => MeansOf(name, value, document, wanted),
        };
    }

    private static bool MeansOf(string field, JsonNode? test, JsonObject document, bool wanted)
    {
        var (name, argument) = test is JsonObject operation ? operation.Single() : KeyValuePair.Create("$eq", test);
        var isThere = Find(document, field, out var found);
        return name switch
        {
            "$exists" => isThere == ((bool)argument! == wanted),
            "$not" => MeansOf(field, argument, document, !wanted),
            _ when !isThere => false,
            "$eq" => wanted == (Order(found, argument) == 0),
            "$ne" => wanted == (Order(found, argument) != 0),
            "$gt" => wanted == (Order(found, argument) > 0),
            "$gte" => wanted == (Order(found, argument) >= 0),
            "$lt" => wanted == (Order(found, argument) < 0),
            "$lte" => wanted == (Order(found, argument) <= 0),
            "$in" => wanted == argument!.AsArray().Any(one => Order(found, one) == 0),
            _ => wanted == argument!.AsArray().All(one => Order(found, one) != 0),
        };
    }

    private static int CompareFields(JsonObject left, JsonObject right, string field)
    {
        var (isLeft, isRight) = (Find(left, field, out var a), Find(right, field, out var b));
        return isLeft && isRight ? Order(a, b) : isLeft.CompareTo(isRight);
    }

    private static bool Find(JsonObject document, string field, out JsonNode? value)
    {
        value = null;
        return field == "c.d" ? document["c"] is JsonObject inner && inner.TryGetPropertyValue("d", out value) : document.TryGetPropertyValue(field, out value);
    }

    // null, false, true, numbers, texts: the few that are made here.
    private static int Order(JsonNode? left, JsonNode? right) => RankOf(left).CompareTo(RankOf(right)) is not 0 and var order ? order : (left?.ToJsonString()[0], right) switch
    {
        (null or 't' or 'f', _) => 0,
        ('"', _) => string.CompareOrdinal((string)left!, (string)right!),
        _ => ((double)left!).CompareTo((double)right!),
    };

    private static int RankOf(JsonNode? value) => value?.ToJsonString()[0] switch { null => 0, 'f' => 1, 't' => 2, '"' => 4, _ => 3 };
}

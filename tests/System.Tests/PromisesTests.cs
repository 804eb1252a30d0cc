using System.Text.RegularExpressions;

namespace SystemTests;

/// <summary>Holds docs/promises.md against the tests: each one that it names is there, and no promise is without one.</summary>
public sealed partial class PromisesTests
{
    private static readonly int[] Needs = [1, 2, 3, 4, 6, 8, 10, 12, 15, 16, 19, 21, 26, 27, 28, 30, 32, 34, 37, 41, 47, 56];

    private static string Page => File.ReadAllText(Path.Combine(Repository.Root, "docs", "promises.md"));

    [Fact]
    public void Every_test_that_is_named_is_there()
    {
        var tests = AllTests();
        var named = Named().Matches(Page).Select(match => (Class: match.Groups["class"].Value, Test: match.Groups["test"].Value)).ToList();

        Assert.True(named.Count > 100, $"{named.Count} tests are named");
        var missing = named.Except(tests).Select(test => $"{test.Class}.{test.Test}").ToList();
        Assert.Empty(missing);
    }

    [Fact]
    public void No_promise_weakness_or_need_is_without_a_test()
    {
        var rows = Page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| promise", StringComparison.Ordinal)
            && !line.StartsWith("| weakness", StringComparison.Ordinal) && !line.StartsWith("| need", StringComparison.Ordinal)).ToList();

        Assert.DoesNotContain(rows, row => !Named().IsMatch(row));
        var first = rows.Select(row => row[2..].Split(' ')[0]).ToList();
        Assert.Empty(Enumerable.Range(1, 43).Select(number => $"W{number}").Except(first));
        Assert.Empty(Needs.Select(number => $"N{number}").Except(first));
    }

    internal static HashSet<(string Class, string Test)> AllTests() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(TestsIn).ToHashSet();

    // A class may be spread over files, and a contract be inherited: the file says which class it belongs to.
    private static IEnumerable<(string Class, string Test)> TestsIn(string file)
    {
        var text = File.ReadAllText(file);
        return from type in Class().Matches(text)
               from test in Method().Matches(text)
               select (type.Groups[1].Value, test.Groups[1].Value);
    }

    [GeneratedRegex(@"`(?<class>[A-Z]\w*)\.(?<test>[A-Z]\w*_\w*)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"\bclass (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"\b(?:Task|void) ([A-Z]\w*_\w*)\(")]
    private static partial Regex Method();
}

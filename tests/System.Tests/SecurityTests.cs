using System.Text.RegularExpressions;

namespace SystemTests;

/// <summary>Holds docs/security.md against the tests: each threat has a guard, and a test that is there.</summary>
public sealed partial class SecurityTests
{
    private static string Page => File.ReadAllText(Path.Combine(Repository.Root, "docs", "security.md"));

    [Fact]
    public void Every_threat_has_a_guard_and_tests_that_are_there()
    {
        var tests = PromisesTests.AllTests();
        var rows = Page[Page.IndexOf("## Threats", StringComparison.Ordinal)..Page.IndexOf("## Packages", StringComparison.Ordinal)].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| threat", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();

        Assert.True(rows.Count > 25, $"{rows.Count} threats");
        Assert.All(rows, row =>
        {
            Assert.Equal(5, row.Length);
            Assert.NotEmpty(row[2]);
            Assert.Matches(Named(), row[3]);
        });
        var missing = Named().Matches(Page).Select(match => (Class: match.Groups["class"].Value, Test: match.Groups["test"].Value)).Except(tests).ToList();
        Assert.Empty(missing);
    }

    [GeneratedRegex(@"`(?<class>[A-Z]\w*)\.(?<test>[A-Z]\w*_\w*)`")]
    private static partial Regex Named();
}

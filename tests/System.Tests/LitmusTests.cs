using System.Text.RegularExpressions;

namespace SystemTests;

/// <summary>The WebDAV conformance suites of litmus, unmodified, against the edge.</summary>
public sealed partial class LitmusTests
{
    [Theory]
    [InlineData("basic", 16)]
    [InlineData("copymove", 13)]
    [InlineData("props", 30)]
    [InlineData("locks", 41)]
    [InlineData("http", 4)]
    public async Task Every_test_of_the_suite_passes(string suite, int tests)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var drive = await SyncedDrive.StartAsync(ct);

        var (_, output) = await drive.RunAsync("/usr/bin/env", null, ct, $"TESTS={suite}", "/usr/bin/litmus", "-k", drive.Files + "/", drive.User, drive.Password);

        var summary = Summary().Match(output);
        Assert.True(summary.Success, output);
        Assert.True((summary.Groups["run"].Value, summary.Groups["passed"].Value) == ($"{tests}", $"{tests}"), output);
        Assert.DoesNotContain("WARNING", output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"of (?<run>\d+) tests run: (?<passed>\d+) passed")]
    private static partial Regex Summary();
}

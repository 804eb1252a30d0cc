namespace SystemTests;

/// <summary>The first thing a new user types.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_ends_with_every_file_verified()
    {
        var demo = await CommandLine.RunAsync(null, null, TestContext.Current.CancellationToken, "demo", "--once");
        Assert.True(demo.ExitCode == 0, demo.Output + demo.Errors);
        Assert.Contains("300 of 300 files verified", demo.Output, StringComparison.Ordinal);
    }
}

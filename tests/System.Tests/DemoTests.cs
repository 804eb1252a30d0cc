using System.Diagnostics;

namespace SystemTests;

/// <summary>The first thing a new user types.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_ends_with_every_file_verified()
    {
        var binary = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Bridge", "debug", "Bridge"));
        using var demo = Process.Start(new ProcessStartInfo(binary, ["demo", "--once"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(demo.ExitCode == 0, output + await errors);
        Assert.Contains("300 of 300 files verified", output);
    }
}

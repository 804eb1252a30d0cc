using Bridge.Demo;

namespace SystemTests;

/// <summary>What the Cozy's Settings page does around a migration (cozy-api 5.3), with the Cozy's own client libraries, against our edge.</summary>
public sealed class SettingsPageTests
{
    private static readonly string[] Scopes = ["io.cozy.files", "io.cozy.nextcloud.migrations"];

    [Fact]
    public async Task The_settings_page_starts_watches_finds_again_cleans_and_resets_a_migration()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), ct);
        var domain = bridge.Address.Authority;
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(domain, "passphrase", "en", quota: null, ct);
        var token = await admin.CliTokenAsync(domain, Scopes, ct);

        var output = await NodeScript.RunAsync("settings-page.cjs", [bridge.Address.ToString().TrimEnd('/'), token, source.Url, source.User, source.Password], ct);

        Assert.EndsWith("6 of 6\n", output);
    }
}

using System.Text.RegularExpressions;
using Bridge.Demo;
using Microsoft.Playwright;

namespace SystemTests.Pages;

/// <summary>Moving a Nextcloud over, in the page, from the door to the end of the connection.</summary>
public sealed class MovePageTests(Browser browser) : IClassFixture<Browser>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Somebody_new_moves_everything_over_cleans_up_and_leaves_without_typing_a_password_of_the_Nextcloud_here()
    {
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        var page = visit.Page;
        await visit.ReadsAsync("Welcome back");
        await visit.LookAsync("page-sign-in");
        await visit.SignInAsync();

        await visit.ReadsAsync("Bring your files over from Nextcloud");
        await visit.LookAsync("page-connect");
        await page.FillAsync("#address", source.Url + "index.php/apps/files/?dir=/");
        await visit.PressAsync("Connect");
        await AllowAsync(visit);

        await visit.ReadsAsync("What would you like to bring?");
        await Assertions.Expect(page.Locator(".tree .amount").First).ToHaveTextAsync(new Regex("MB"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Folders in Photos" }).ClickAsync();
        await Assertions.Expect(page.Locator(".tree")).ToContainTextAsync("日本");
        await visit.LookAsync("page-choose");
        await visit.PressAsync("Continue");
        await visit.ReadsAsync("Ready to move");
        await Assertions.Expect(page.Locator(".numbers")).ToContainTextAsync("300");
        await visit.LookAsync("page-ready");
        await visit.PressAsync("Start the move");

        await visit.ReadsAsync("Everything has arrived");
        await visit.SeesAsync("All 300 files are in your Cozy");
        await visit.LookAsync("page-complete");
        await page.ReloadAsync();
        await visit.ReadsAsync("Everything has arrived");

        using (var nextcloud = await bridge.ClientAsync("source", Ct))
        {
            await nextcloud.UploadAsync("io.cozy.files.root-dir", "new.txt", new MemoryStream("new"u8.ToArray()), 3, Ct);
        }

        await visit.PressAsync("Bring what is new");
        await visit.SeesAsync("All 301 files are in your Cozy");
        await visit.PressAsync("Clean up there…");
        await visit.SeesAsync("301 files");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete 301 files" })).ToBeDisabledAsync();
        await visit.LookAsync("page-clean-up");
        await page.Locator("dialog input[type=checkbox]").CheckAsync();
        await visit.PressAsync("Delete 301 files");
        await visit.SeesAsync("Cleaned up");
        await visit.LookAsync("page-cleaned");
        await visit.PressAsync("End the connection…");
        await visit.PressAsync("End the connection");
        await visit.SeesAsync("has ended");

        using var admin = bridge.Admin();
        Assert.Equal("""[{"id":"…","name":"migration"}]""", Regex.Replace(await admin.ListAppPasswordsAsync(bridge.Domain("source"), Ct), "\"id\":\"[^\"]*\"|,\"(created|used)_at\":[^,}]*", match => match.Value[1] == 'i' ? "\"id\":\"…\"" : ""));
        Assert.Empty(visit.Errors);
    }

    [Fact]
    public async Task Wrong_passwords_and_addresses_are_told_with_what_to_do()
    {
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(16), Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);

        await visit.SignInAsync("wrong");
        await visit.SeesAsync("This is not the password of this Cozy");
        await visit.LookAsync("page-wrong-passphrase");
        await visit.SignInAsync();
        await visit.ReadsAsync("Bring your files over from Nextcloud");
        await visit.Page.FillAsync("#address", "ftp://nowhere");
        await visit.PressAsync("Connect");
        await visit.SeesAsync("There is no Nextcloud that answers at this address");
        await visit.LookAsync("page-wrong-address");
        await visit.ConnectAsync(source.Url, source.User, "wrong");
        await visit.SeesAsync("does not accept this user name and app password");
        await visit.LookAsync("page-wrong-app-password");
        await visit.Page.FillAsync("#app-password", source.Password);
        await visit.Page.PressAsync("#app-password", "Enter");

        await visit.ReadsAsync("What would you like to bring?");
        Assert.Empty(visit.Errors);
    }

    [Fact]
    public async Task A_reload_and_a_killed_server_in_mid_run_are_told_and_survived()
    {
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string> { ["Nextcloud__MostBytesPerSecond"] = "3000000" }, Ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        await visit.SignInAsync();
        await visit.ReadsAsync("Bring your files over from Nextcloud");
        await visit.ConnectAsync(source.Url, source.User, source.Password);
        await visit.StartAsync();
        await Assertions.Expect(visit.Page.Locator(".doing")).ToHaveTextAsync("Copying your files…", new() { Timeout = 60_000 });
        await visit.LookAsync("page-running");

        var before = await FarAsync(visit);
        await visit.Page.ReloadAsync();
        await Assertions.Expect(visit.Page.Locator("progress")).ToBeVisibleAsync();
        Assert.True(await FarAsync(visit) >= before, "the bar went back");

        await bridge.Process.KillAsync();
        await visit.SeesAsync("Not connected to your Cozy at the moment");
        await visit.LookAsync("page-no-link");
        var whileDown = await FarAsync(visit);
        await bridge.StartAgainAsync(Ct);
        await Assertions.Expect(visit.Page.GetByText("Not connected to your Cozy at the moment")).ToHaveCountAsync(0, new() { Timeout = 60_000 });
        Assert.True(await FarAsync(visit) >= whileDown, "the bar went back");

        await visit.ReadsAsync("Everything has arrived");
        await visit.SeesAsync("All 300 files are in your Cozy");
        Assert.Empty(visit.Errors);
    }

    [Fact]
    public async Task A_cancelled_move_is_gone_on_with_later()
    {
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string> { ["Nextcloud__MostBytesPerSecond"] = "3000000" }, Ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        await visit.SignInAsync();
        await visit.ReadsAsync("Bring your files over from Nextcloud");
        await visit.ConnectAsync(source.Url, source.User, source.Password);
        await visit.StartAsync();
        await Assertions.Expect(visit.Page.Locator(".doing")).ToHaveTextAsync("Copying your files…", new() { Timeout = 60_000 });

        await visit.PressAsync("Cancel the move");
        await visit.LookAsync("page-cancel");
        await visit.Page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Cancel the move" }).ClickAsync();
        await visit.ReadsAsync("You cancelled the move");
        await visit.LookAsync("page-cancelled");
        await visit.PressAsync("Go on");

        await visit.ReadsAsync("Everything has arrived");
        Assert.Empty(visit.Errors);
    }

    private static async Task<double> FarAsync(Visit visit) => await visit.Page.EvaluateAsync<double>("document.querySelector('progress')?.value ?? 1000");

    // On the other side, which opens in a tab of its own.
    private static async Task AllowAsync(Visit visit)
    {
        await Assertions.Expect(visit.Page.GetByText("Waiting until you have allowed it")).ToBeVisibleAsync();
        await visit.LookAsync("page-allow");
        var nextcloud = await visit.Page.Context.RunAndWaitForPageAsync(() => visit.Page.ClickAsync("a.button"));
        await nextcloud.FillAsync("#passphrase", Visit.Passphrase);
        await nextcloud.PressAsync("#passphrase", "Enter");
        await nextcloud.ClickAsync("button[value=allow]");
        await nextcloud.CloseAsync();
    }
}

using System.Text.RegularExpressions;
using Microsoft.Playwright;
using StandIn;

namespace SystemTests.Pages;

/// <summary>What the page says when a Nextcloud is not as it should be: thousands of files that do not come, or a password that is over.</summary>
public sealed class TroubleTests(Browser browser) : IClassFixture<Browser>
{
    private const int Unreadable = 5000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_thousand_files_that_did_not_come_are_grouped_filtered_downloaded_and_tried_again()
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        for (var i = 0; i < Unreadable; i++)
        {
            nextcloud.Tree.AddFile($"/folder {i % 50}/secret {i:0000}.txt", "secret"u8);
        }

        nextcloud.Tree.AddFile("/plain.txt", "plain"u8);
        nextcloud.Tree.AddFile("/locked.txt", "locked"u8);
        var forbidden = nextcloud.Always(request => request.Method == "GET" && request.Name.StartsWith("secret", StringComparison.Ordinal), Misbehave.Exception(403, "Forbidden", "No read permissions"));
        nextcloud.Always(request => request.Is("GET", "locked.txt"), Misbehave.Exception(423, "Locked", "It is locked"));
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        await visit.SignInAsync();
        await visit.ReadsAsync("Bring your files over from Nextcloud");
        await visit.ConnectAsync(nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.Password);
        await visit.StartAsync();

        await visit.ReadsAsync("5,001 files did not arrive");
        var page = visit.Page;
        await Assertions.Expect(page.Locator(".group")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator(".group").First).ToContainTextAsync("The Nextcloud does not let you read it5,000 items");
        await Assertions.Expect(page.Locator(".group").First).ToContainTextAsync("Ask its owner, or an administrator, for the right to download it.");
        Assert.InRange(await page.Locator(".group li").CountAsync(), 2, 100);
        await visit.LookAsync("page-partial");
        await page.FillAsync("#filter", "secret 0042");
        await Assertions.Expect(page.Locator(".group li")).ToHaveCountAsync(1);

        var download = await page.RunAndWaitForDownloadAsync(() => visit.PressAsync("Download as CSV"));
        Assert.Equal(Unreadable + 2, await File.ReadLinesAsync(await download.PathAsync(), Ct).CountAsync(Ct));
        forbidden.Dispose();
        await visit.PressAsync("Try the missing ones again");

        await visit.ReadsAsync("1 file did not arrive");
        await visit.SeesAsync("Another program had the file locked");
        Assert.Empty(visit.Errors);
    }

    [Fact]
    public async Task A_password_that_is_over_is_asked_for_and_the_move_goes_on_with_the_new_one()
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            nextcloud.Tree.AddFile($"/file {i:00}.txt", new byte[2000 + i]);
        }

        nextcloud.Next(request => request.Is("GET", "file 20.txt"), Misbehave.After(() => nextcloud.Password = "another-9X"));
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        await visit.SignInAsync();
        await visit.ReadsAsync("Bring your files over from Nextcloud");
        await visit.ConnectAsync(nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.Password);
        await visit.StartAsync();

        await visit.SeesAsync("Your Nextcloud does not accept the app password any more.");
        await Assertions.Expect(visit.Page.Locator(".notice")).ToContainTextAsync(new Regex("Since .* the move waits for a new one until .*"));
        await visit.LookAsync("page-waits");
        await visit.Page.FillAsync("#new-password", "wrong again");
        await visit.PressAsync("Go on with this password");
        await visit.SeesAsync("does not accept this user name and app password");
        await visit.Page.FillAsync("#new-password", nextcloud.Password);
        await visit.PressAsync("Go on with this password");

        await visit.ReadsAsync("Everything has arrived");
        Assert.Empty(visit.Errors);
    }

    [Fact]
    public async Task What_is_left_out_is_left_out_and_named_before_and_after()
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        nextcloud.Tree.AddFile("/Photos/2024/a.jpg", new byte[4000]);
        nextcloud.Tree.AddFile("/Photos/2025/b.jpg", new byte[5000]);
        nextcloud.Tree.AddFile("/Music/c.mp3", new byte[6000]);
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        await visit.SignInAsync();
        await visit.ReadsAsync("Bring your files over from Nextcloud");
        await visit.ConnectAsync(nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.Password);
        var page = visit.Page;
        ILocator Box(string name) => page.GetByRole(AriaRole.Checkbox, new() { Name = name, Exact = true });

        // With the keyboard alone.
        await Box("Music").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await page.GetByRole(AriaRole.Button, new() { Name = "Folders in Photos" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Box("2024").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        Assert.True(await Box("Photos").EvaluateAsync<bool>("box => box.indeterminate"));
        await visit.LookAsync("page-choose-some");
        await visit.StartAsync();

        await visit.SeesAsync("The one file is in your Cozy");
        await visit.SeesAsync("Left out (2)");
        using var cozy = await bridge.ClientAsync("alma", Ct);
        Assert.Equal(
            (true, false, false),
            (await cozy.StatAsync("/Nextcloud/Photos/2025/b.jpg", Ct) is not null, await cozy.StatAsync("/Nextcloud/Photos/2024", Ct) is not null, await cozy.StatAsync("/Nextcloud/Music", Ct) is not null));
        Assert.Empty(visit.Errors);
    }
}

using Microsoft.Playwright;
using StandIn;

namespace SystemTests.Pages;

/// <summary>The Cozy's drive and a Nextcloud side by side, and the apps that are connected.</summary>
public sealed class FilesPageTests(Browser browser) : IClassFixture<Browser>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_uploaded_carried_over_downloaded_trashed_and_restored_on_both_sides()
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        nextcloud.Tree.AddFile("/Music/100% & #1.mp3", "song"u8);
        nextcloud.Tree.AddFile("/letter.txt", "letter"u8);
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        await ConnectAsync(visit, nextcloud);
        await visit.Page.ClickAsync("header >> text=Files");
        var (cozy, cloud) = (new Side(visit.Page, 0), new Side(visit.Page, 1));

        await cloud.HasAsync("Music", "letter.txt");
        await visit.Page.Locator("input[type=file]").First.SetInputFilesAsync(new FilePayload { Name = "hello.txt", MimeType = "text/plain", Buffer = "hello"u8.ToArray() });
        await cozy.HasAsync("hello.txt");
        await cozy.ChooseAsync("hello.txt");
        await visit.LookAsync("page-files");
        await cozy.PressAsync("Copy to Nextcloud");
        await cloud.HasAsync("Music", "hello.txt", "letter.txt");
        Assert.Equal("hello"u8, nextcloud.Tree.Read("/hello.txt"));
        await cozy.HasAsync("hello.txt");

        await cloud.ChooseAsync("letter.txt");
        await cloud.PressAsync("Move to Cozy");
        await cozy.HasAsync("hello.txt", "letter.txt");
        await cloud.HasAsync("Music", "hello.txt");
        Assert.Equal("letter", await DownloadAsync(visit, cozy, "letter.txt"));
        Assert.Equal("hello", await DownloadAsync(visit, cloud, "hello.txt"));

        foreach (var side in new[] { cozy, cloud })
        {
            await side.ChooseAsync("hello.txt");
            await side.PressAsync("To the trash");
            await side.HasNotAsync("hello.txt");
            await side.PressAsync("Trash");
            await side.ChooseAsync("hello.txt");
            await visit.Page.CheckAccessAsync();
            await side.PressAsync("Restore");
            await side.HasNotAsync("hello.txt");
            await side.PressAsync("Leave the trash");
            await side.HasAsync("hello.txt");
        }

        await cozy.PressAsync("New folder");
        await visit.Page.FillAsync("#folder-name", "Summer");
        await visit.LookAsync("page-new-folder");
        await visit.PressAsync("Make the folder");
        await cozy.OpenAsync("Summer");
        await cloud.OpenAsync("Music");
        await cloud.DragAsync("100% & #1.mp3", cozy);
        await cozy.HasAsync("100% & #1.mp3");
        await visit.LookAsync("page-files-folder");

        using var client = await bridge.ClientAsync("alma", Ct);
        Assert.NotNull(await client.StatAsync("/Summer/100% & #1.mp3", Ct));
        Assert.Empty(visit.Errors);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_told_and_nothing_is_overwritten()
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        nextcloud.Tree.AddFile("/a.txt", "theirs"u8);
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        await ConnectAsync(visit, nextcloud);
        await visit.Page.ClickAsync("header >> text=Files");
        var cozy = new Side(visit.Page, 0);
        await visit.Page.Locator("input[type=file]").First.SetInputFilesAsync(new FilePayload { Name = "a.txt", MimeType = "text/plain", Buffer = "ours"u8.ToArray() });

        await cozy.ChooseAsync("a.txt");
        await cozy.PressAsync("Copy to Nextcloud");
        await visit.SeesAsync("Something with this name is there already");
        await visit.LookAsync("page-files-taken");

        Assert.Equal("theirs"u8, nextcloud.Tree.Read("/a.txt"));
        Assert.Empty(visit.Errors);
    }

    [Fact]
    public async Task A_connected_app_is_revoked()
    {
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        using var admin = bridge.Admin();
        await admin.AddAppPasswordAsync(bridge.Domain("alma"), "Nextcloud desktop (Linux)", Ct);
        await visit.SignInAsync();
        await visit.Page.ClickAsync("header >> text=Apps");

        await visit.SeesAsync("Nextcloud desktop (Linux)");
        await visit.LookAsync("page-apps");
        await visit.PressAsync("Revoke Nextcloud desktop (Linux)");
        await visit.Page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();

        await visit.SeesAsync("No app is connected yet.");
        Assert.Equal("[]", await admin.ListAppPasswordsAsync(bridge.Domain("alma"), Ct));
        await visit.PressAsync("Sign out");
        await visit.ReadsAsync("Welcome back");
        await visit.Page.ReloadAsync();
        await visit.ReadsAsync("Welcome back");
        Assert.Empty(visit.Errors);
    }

    private static async Task ConnectAsync(Visit visit, StandInNextcloud nextcloud)
    {
        await visit.SignInAsync();
        await visit.ReadsAsync("Bring your files over from Nextcloud");
        await visit.ConnectAsync(nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.Password);
        await visit.ReadsAsync("What would you like to bring?");
    }

    private static async Task<string> DownloadAsync(Visit visit, Side side, string name)
    {
        await side.ChooseAsync(name);
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => side.PressAsync("Download"));
        Assert.Equal(name, download.SuggestedFilename);
        await side.HasAsync(name);
        return await File.ReadAllTextAsync(await download.PathAsync(), Ct);
    }

    /// <summary>One of the two lists.</summary>
    private sealed class Side(IPage page, int index)
    {
        private readonly ILocator pane = page.Locator(".pane").Nth(index);

        private ILocator Row(string name) => pane.Locator("tbody tr").Filter(new() { Has = page.GetByText(name, new() { Exact = true }) });

        public async Task HasAsync(params string[] names)
        {
            foreach (var name in names)
            {
                await Assertions.Expect(Row(name)).ToHaveCountAsync(1);
            }
        }

        public Task HasNotAsync(string name) => Assertions.Expect(Row(name)).ToHaveCountAsync(0);

        public Task ChooseAsync(string name) => Row(name).GetByRole(AriaRole.Checkbox).CheckAsync();

        public Task PressAsync(string name) => pane.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

        public Task OpenAsync(string folder) => pane.GetByRole(AriaRole.Button, new() { Name = folder, Exact = true }).ClickAsync();

        public Task DragAsync(string name, Side to) => Row(name).DragToAsync(to.pane.Locator(".listing"));
    }
}

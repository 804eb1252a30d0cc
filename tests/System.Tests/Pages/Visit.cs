using Microsoft.Playwright;

namespace SystemTests.Pages;

/// <summary>Somebody at the page of their Cozy: what they press and read, as tests of the page need it again and again.</summary>
internal sealed class Visit
{
    public const string Passphrase = "passphrase";
    private readonly List<string> errors = [];

    private Visit(IPage page, BridgeProcess bridge)
    {
        (Page, Bridge) = (page, bridge);
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            // An answer that is no success is told there as well; whether the page bore it is seen on the page.
            if (message.Type is "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal) && !message.Text.StartsWith("WebSocket connection", StringComparison.Ordinal))
            {
                errors.Add(message.Text);
            }
        };
    }

    public IPage Page { get; }

    public BridgeProcess Bridge { get; }

    public string Address => $"http://{Bridge.Domain("alma")}/";

    /// <summary>What the page itself did wrong: exceptions, and what its Content-Security-Policy refused.</summary>
    public IReadOnlyList<string> Errors => errors;

    /// <summary>At the door of a new Cozy.</summary>
    public static async Task<Visit> BeginAsync(Browser browser, BridgeProcess bridge, CancellationToken ct, Look? look = null)
    {
        using var client = await bridge.AddInstanceAsync("alma", ct);
        return await ComeAsync(browser, bridge, look);
    }

    /// <summary>At the door of a Cozy that is there.</summary>
    public static async Task<Visit> ComeAsync(Browser browser, BridgeProcess bridge, Look? look = null)
    {
        var visit = new Visit(await browser.OpenAsync(look), bridge);
        await visit.Page.GotoAsync(visit.Address);
        return visit;
    }

    public async Task SignInAsync(string passphrase = Passphrase)
    {
        await Page.FillAsync("#passphrase", passphrase);
        await Page.PressAsync("#passphrase", "Enter");
    }

    /// <summary>With an app password, as far as the folders to choose from.</summary>
    public async Task ConnectAsync(string url, string login, string password)
    {
        await Page.FillAsync("#address", url);
        await Page.ClickAsync("summary");
        await Page.FillAsync("#login", login);
        await Page.FillAsync("#app-password", password);
        await Page.PressAsync("#app-password", "Enter");
    }

    /// <summary>From the folders to the running move.</summary>
    public async Task StartAsync()
    {
        await PressAsync("Continue");
        await PressAsync("Start the move");
    }

    public Task PressAsync(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    /// <summary>Until the heading says so.</summary>
    public Task ReadsAsync(string heading) => Assertions.Expect(Page.Locator("h1")).ToHaveTextAsync(heading, new() { Timeout = 120_000 });

    public Task SeesAsync(string text) => Assertions.Expect(Page.Locator("body")).ToContainTextAsync(text, new() { Timeout = 60_000 });

    /// <summary>A picture of this state, which must be usable by everybody.</summary>
    public async Task LookAsync(string name)
    {
        await Page.CheckAccessAsync();
        await Page.PictureAsync(name);
    }
}

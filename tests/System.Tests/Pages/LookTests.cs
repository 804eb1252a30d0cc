using System.Text.Json;
using System.Text.RegularExpressions;
using Bridge.Demo;
using Microsoft.Playwright;

namespace SystemTests.Pages;

/// <summary>The page on a phone, in the dark and in French; and how much memory it takes.</summary>
public sealed partial class LookTests(Browser browser) : IClassFixture<Browser>
{
    private const int Files = 20_000;
    private const int PerFolder = 500;
    private const long MostGrowth = 1_000_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_state_is_usable_on_a_phone_in_the_dark_and_in_French()
    {
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(40), Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct, Look.Phone with { IsDark = true, Language = "fr-FR" });
        var page = visit.Page;
        await visit.ReadsAsync("Bienvenue");
        await visit.LookAsync("phone-sign-in");
        await visit.SignInAsync();
        await visit.ReadsAsync("Rapatriez vos fichiers depuis Nextcloud");
        await visit.LookAsync("phone-connect");
        await visit.ConnectAsync(source.Url, source.User, source.Password);
        await visit.ReadsAsync("Que souhaitez-vous rapatrier ?");
        await Assertions.Expect(page.Locator(".tree")).ToContainTextAsync("Photos");
        await visit.LookAsync("phone-choose");
        await visit.PressAsync("Continuer");
        await Assertions.Expect(page.Locator(".numbers")).ToContainTextAsync("40");
        await visit.LookAsync("phone-ready");
        await visit.PressAsync("Démarrer le transfert");
        await visit.ReadsAsync("Tout est arrivé");
        await visit.LookAsync("phone-complete");
        await page.ClickAsync("header >> text=Fichiers");
        await Assertions.Expect(page.Locator("tbody tr").First).ToBeVisibleAsync();
        await visit.LookAsync("phone-files");
        await page.ClickAsync("header >> text=Applications");
        await visit.ReadsAsync("Applications connectées");
        await visit.LookAsync("phone-apps");

        // Nothing is cut off: no page is wider than the phone.
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        Assert.Empty(visit.Errors);
    }

    [Fact]
    public async Task Both_languages_have_words_for_the_same()
    {
        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        await visit.ReadsAsync("Welcome back");

        var differences = await visit.Page.EvaluateAsync<JsonElement>(
            """
            async () => {
              const [en, fr] = await Promise.all(['en', 'fr'].map(async name => (await import(`/page/words/${name}.js`)).default))
              const gaps = text => [...new Set(typeof text === 'object' ? Object.values(text).flatMap(form => form.match(/\{\w+\}/g) ?? []) : text.match(/\{\w+\}/g) ?? [])].sort().join()
              return [...Object.keys(en), ...Object.keys(fr)].filter(key => !(key in en) || !(key in fr) || gaps(en[key]) !== gaps(fr[key]))
            }
            """);

        Assert.Equal("[]", differences.ToString());
    }

    [Fact]
    public async Task Every_reason_that_a_report_gives_has_words_and_advice_of_the_page()
    {
        var source = Path.Combine(Repository.Root, "src", "Migration.Service", "Migrations", "Reason.cs");
        var words = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src", "Edge", "wwwroot", "words", "en.js"), Ct);
        var codes = Code().Matches(await File.ReadAllTextAsync(source, Ct)).Select(match => match.Groups["code"].Value).ToList();

        Assert.InRange(codes.Count, 20, 100);
        Assert.DoesNotContain(codes, code => !words.Contains($"'reason.{code}'", StringComparison.Ordinal) || !words.Contains($"'advice.{code}'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_move_of_twenty_thousand_files_leaves_the_page_as_small_as_it_was()
    {
        await using var nextcloud = await StandIn.StandInNextcloud.StartAsync();
        for (var i = 0; i < Files; i++)
        {
            nextcloud.Tree.AddFile($"/folder {i / PerFolder:00}/file {i:00000}.txt", "small"u8);
        }

        await using var bridge = await BridgeProcess.StartAsync(Ct);
        var visit = await Visit.BeginAsync(browser, bridge, Ct);
        await visit.SignInAsync();
        await visit.ReadsAsync("Bring your files over from Nextcloud");
        await visit.ConnectAsync(nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.Password);
        await visit.StartAsync();
        await Assertions.Expect(visit.Page.Locator(".doing")).ToHaveTextAsync("Copying your files…", new() { Timeout = 60_000 });
        var devTools = await visit.Page.Context.NewCDPSessionAsync(visit.Page);
        var before = await UsedAsync(devTools);

        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("Everything has arrived", new() { Timeout = 300_000 });
        await visit.SeesAsync("All 20,000 files");

        var growth = await UsedAsync(devTools) - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{before} bytes while it ran, {growth} more at the end");
        Assert.InRange(growth, long.MinValue, MostGrowth);
        Assert.Empty(visit.Errors);
    }

    [GeneratedRegex("""new\("(?<code>[a-z_]+)", """)]
    private static partial Regex Code();

    private static async Task<long> UsedAsync(ICDPSession devTools)
    {
        await devTools.SendAsync("HeapProfiler.collectGarbage");
        return (long)(await devTools.SendAsync("Runtime.getHeapUsage"))!.Value.GetProperty("usedSize").GetDouble();
    }
}

using System.Text.Json;
using Microsoft.Playwright;

namespace SystemTests.Pages;

/// <summary>Debian's Chromium, started once for all tests of a class, each of which gets a window with a profile of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--enable-precise-memory-info", "--js-flags=--expose-gc",
    ];

    private IPlaywright playwright = null!;
    private IBrowser chromium = null!;

    public async ValueTask InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        chromium = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Flags });
    }

    public async ValueTask DisposeAsync()
    {
        await chromium.DisposeAsync();
        playwright.Dispose();
    }

    internal async Task<IPage> OpenAsync(Look? look = null)
    {
        var (width, height, isDark, language, scripts) = look ?? new();
        var context = await chromium.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = language,
            JavaScriptEnabled = scripts,
            AcceptDownloads = true,
        });
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }
}

/// <summary>How a person's window looks.</summary>
internal sealed record Look(int Width = 1280, int Height = 900, bool IsDark = false, string Language = "en-GB", bool Scripts = true)
{
    public static readonly Look Phone = new(390, 844);
}

internal static class PageLook
{
    /// <summary>What it shows, as a picture beside the tests.</summary>
    public static Task PictureAsync(this IPage page, string name) => page.ScreenshotAsync(new()
    {
        Path = Path.Combine(AppContext.BaseDirectory, "screenshots", name + ".png"),
        FullPage = true,
        Animations = ScreenshotAnimations.Disabled,
    });

    /// <summary>No rule of WCAG 2.2 AA that a machine can check is broken.</summary>
    public static async Task CheckAccessAsync(this IPage page)
    {
        // The page lets no script in but its own; the check is let in by the debugger, for this moment.
        var source = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests", "System.Tests", "clients", "node_modules", "axe-core", "axe.min.js"));
        await page.EvaluateAsync(source);
        var violations = await page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
              .violations.map(({ id, nodes }) => id + ': ' + nodes.map(node => node.html + ' ' + node.failureSummary).join(' | '))
            """);
        Assert.True(violations.GetArrayLength() == 0, violations.ToString());
    }
}

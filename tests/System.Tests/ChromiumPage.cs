using System.Buffers;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SystemTests;

/// <summary>
/// One page of Debian's Chromium with scripts switched off, by its DevTools protocol: it is used with the keyboard, as a person would,
/// and shows what it draws.
/// </summary>
internal sealed class ChromiumPage : IAsyncDisposable
{
    private readonly Process browser;
    private readonly DirectoryInfo profile;
    private readonly ClientWebSocket socket = new();
    private int lastId;

    private ChromiumPage(Process browser, DirectoryInfo profile) => (this.browser, this.profile) = (browser, profile);

    public static async Task<ChromiumPage> OpenAsync(CancellationToken ct)
    {
        var profile = Directory.CreateTempSubdirectory("bridge-chromium-");
        string[] flags =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0", $"--user-data-dir={profile.FullName}", "about:blank",
        ];
        var browser = Process.Start(new ProcessStartInfo("/usr/bin/chromium", flags) { RedirectStandardError = true })!;
        var page = new ChromiumPage(browser, profile);
        try
        {
            await page.AttachAsync(ct);
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>The size of the window, the language and the colours that the page is asked for.</summary>
    public async Task LookAsync(int width, int height, string language, bool isDark, CancellationToken ct)
    {
        await AskAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 2, ["mobile"] = false }, ct);
        await AskAsync("Network.setExtraHTTPHeaders", new() { ["headers"] = new JsonObject { ["Accept-Language"] = language } }, ct);
        var colours = new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" };
        await AskAsync("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(colours) }, ct);
    }

    public Task GoAsync(string address, CancellationToken ct) => LoadAsync("Page.navigate", new() { ["url"] = address }, ct);

    /// <summary>Types into whatever has the focus.</summary>
    public Task TypeAsync(string text, CancellationToken ct) => AskAsync("Input.insertText", new() { ["text"] = text }, ct);

    /// <summary>Presses Enter where the focus is, or on the first element that matches, and waits for the next page.</summary>
    public async Task EnterAsync(string? selector, CancellationToken ct)
    {
        if (selector is not null)
        {
            var root = (int)(await AskAsync("DOM.getDocument", [], ct))["root"]!["nodeId"]!;
            var node = (int)(await AskAsync("DOM.querySelector", new() { ["nodeId"] = root, ["selector"] = selector }, ct))["nodeId"]!;
            await AskAsync("DOM.focus", new() { ["nodeId"] = node }, ct);
        }

        JsonObject key(string type) => new() { ["type"] = type, ["key"] = "Enter", ["code"] = "Enter", ["windowsVirtualKeyCode"] = 13, ["text"] = "\r" };
        await LoadAsync("Input.dispatchKeyEvent", key("keyDown"), ct);
    }

    public async Task<string> HtmlAsync(CancellationToken ct)
    {
        var root = (int)(await AskAsync("DOM.getDocument", [], ct))["root"]!["nodeId"]!;
        return (string)(await AskAsync("DOM.getOuterHTML", new() { ["nodeId"] = root }, ct))["outerHTML"]!;
    }

    /// <summary>What it shows, as a picture beside the tests.</summary>
    public async Task<FileInfo> PictureAsync(string name, CancellationToken ct)
    {
        var file = new FileInfo(Path.Combine(AppContext.BaseDirectory, "screenshots", name + ".png"));
        file.Directory!.Create();
        await File.WriteAllBytesAsync(file.FullName, Convert.FromBase64String((string)(await AskAsync("Page.captureScreenshot", [], ct))["data"]!), ct);
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        browser.Kill(entireProcessTree: true);
        await browser.WaitForExitAsync();
        browser.Dispose();
        try
        {
            profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A child of the browser still writes; the system's temporary directory is cleaned without us.
        }
    }

    // "DevTools listening on ws://127.0.0.1:41337/devtools/browser/…"
    private async Task AttachAsync(CancellationToken ct)
    {
        string? line;
        do
        {
            line = await browser.StandardError.ReadLineAsync(ct) ?? throw new InvalidOperationException("Chromium ended before it listened");
        }
        while (!line.Contains("DevTools listening on ", StringComparison.Ordinal));
        _ = browser.StandardError.BaseStream.CopyToAsync(Stream.Null, ct);
        var address = new Uri(line[line.IndexOf("ws://", StringComparison.Ordinal)..]);
        using var http = new HttpClient();
        await using var list = await http.GetStreamAsync(new Uri($"http://{address.Authority}/json/list"), ct);
        var pages = (await JsonNode.ParseAsync(list, cancellationToken: ct))!.AsArray();
        await socket.ConnectAsync(new((string)pages.First(page => (string?)page!["type"] == "page")!["webSocketDebuggerUrl"]!), ct);
        await AskAsync("Page.enable", [], ct);
        await AskAsync("Network.enable", [], ct);
        await AskAsync("Emulation.setScriptExecutionDisabled", new() { ["value"] = true }, ct);
    }

    // The command, and then its page: loaded is told as an event, which may come before the command's own answer. The page is then
    // drawn once, because an element that asks for the focus gets it only there, and what is typed before is lost.
    private async Task LoadAsync(string method, JsonObject parameters, CancellationToken ct)
    {
        var id = await SendAsync(method, parameters, ct);
        var (answered, loaded) = (false, false);
        while (!answered || !loaded)
        {
            var message = await ReceiveAsync(ct);
            answered |= IsAnswer(message, id);
            loaded |= (string?)message["method"] == "Page.loadEventFired";
        }

        await AskAsync("Page.captureScreenshot", [], ct);
    }

    private async Task<JsonNode> AskAsync(string method, JsonObject parameters, CancellationToken ct)
    {
        var id = await SendAsync(method, parameters, ct);
        while (true)
        {
            if (await ReceiveAsync(ct) is var message && IsAnswer(message, id))
            {
                return message["result"]!;
            }
        }
    }

    private static bool IsAnswer(JsonNode message, int id) => (int?)message["id"] == id
        && (message["error"] is { } error ? throw new InvalidOperationException(error.ToJsonString()) : true);

    private async Task<int> SendAsync(string method, JsonObject parameters, CancellationToken ct)
    {
        var command = new JsonObject { ["id"] = ++lastId, ["method"] = method, ["params"] = parameters };
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, ct);
        return lastId;
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken ct)
    {
        var message = new ArrayBufferWriter<byte>();
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(message.GetMemory(64 * 1024), ct);
            message.Advance(part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.WrittenSpan)!;
    }
}

using System.Net;
using System.Text.RegularExpressions;

namespace RemoteFiles.Tests.Routes;

/// <summary>A browser without scripts: keeps cookies by their path, and sends the forms it is shown.</summary>
internal sealed partial class Browser(RestClient client, params (string Name, string Value)[] headers)
{
    private readonly Dictionary<(string Path, string Name), string> cookies = [];

    public IReadOnlyDictionary<(string Path, string Name), string> Cookies => cookies;

    public string State { get; set; } = "";

    public Task<Answer> OpenAsync(string page) => SendAsync("GET", page, null);

    /// <summary>Presses a button of the page that was shown last; follows to the page that it leads to.</summary>
    public async Task<Answer> PressAsync(string page, string step, string? passphrase = null, params (string Name, string Value)[] more)
    {
        var fields = new List<KeyValuePair<string, string>> { new("state", State), new("step", step) };
        fields.AddRange(more.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        if (passphrase is not null)
        {
            fields.Add(new("passphrase", passphrase));
        }

        var answer = await SendAsync("POST", page, new FormUrlEncodedContent(fields));
        return answer.Status == 303 && answer.Header("Location") is { } next && next.StartsWith('/') ? await OpenAsync(next) : answer;
    }

    private async Task<Answer> SendAsync(string method, string page, HttpContent? content)
    {
        var path = page.Split('?')[0];
        var mine = string.Join("; ", cookies.Where(cookie => path.StartsWith(cookie.Key.Path, StringComparison.Ordinal)).Select(cookie => $"{cookie.Key.Name}={cookie.Value}"));
        var answer = await client.With(null).SendAsync(method, page, content, mine.Length > 0 ? [.. headers, ("Cookie", mine)] : headers);
        if (answer.Header("Set-Cookie") is { } set)
        {
            var parts = set.Split("; ");
            var (name, value) = (parts[0].Split('=', 2)[0], parts[0].Split('=', 2)[1]);
            var at = parts.Single(part => part.StartsWith("path=", StringComparison.Ordinal))["path=".Length..];
            _ = value.Length > 0 ? cookies[(at, name)] = value : cookies.Remove((at, name)) ? "" : "";
        }

        State = Hidden().Match(answer.Text) is { Success: true } state ? WebUtility.HtmlDecode(state.Groups[1].Value) : State;
        return answer;
    }

    [GeneratedRegex("""name="state" value="([^"]*)""")]
    private static partial Regex Hidden();
}

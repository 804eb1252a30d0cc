using System.Globalization;
using System.Text.Encodings.Web;
using RemoteFiles.Access;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Login;

/// <summary>The pages that a person sees while an app is connected: one frame, no script, nothing that another site could put around it.</summary>
internal static class LoginPage
{
    /// <param name="context">The request.</param>
    /// <param name="words">Its language.</param>
    /// <param name="app">Who asks; empty when it is no app.</param>
    /// <param name="state">What binds the form to the session.</param>
    /// <param name="error">What went wrong the last time; empty for nothing.</param>
    public static Task SignInAsync(HttpContext context, Words words, string app, string state, string error)
    {
        var (title, text) = app.Length > 0 ? (Words.With(words.SignInTitle, app), words.SignInText) : (words.AppsTitle, words.AppsSignIn);
        return WriteAsync(context, error.Length > 0 ? StatusCodes.Status403Forbidden : StatusCodes.Status200OK, words, title, $"""
            <p>{Encode(Words.With(text, context.Instance().Domain))}</p>
            {(error.Length > 0 ? $"<p class=\"error\" role=\"alert\">{Encode(error)}</p>" : "")}
            <form method="post">
              <input type="hidden" name="state" value="{state}">
              <input type="text" name="username" value="{Encode(context.Instance().UserId)}" autocomplete="username" hidden>
              <label for="passphrase">{Encode(words.Passphrase)}</label>
              <input type="password" id="passphrase" name="passphrase" autocomplete="current-password" required autofocus>
              <button type="submit" name="step" value="sign-in">{Encode(words.SignIn)}</button>
            </form>
            """);
    }

    public static Task AllowAsync(HttpContext context, Words words, string app, string state) =>
        WriteAsync(context, StatusCodes.Status200OK, words, Words.With(words.AllowTitle, app), $"""
            <p>{Encode(Words.With(words.AllowText, context.Instance().Domain))}</p>
            <p class="note">{Encode(words.Warning)}</p>
            <form method="post">
              <input type="hidden" name="state" value="{state}">
              <button type="submit" name="step" value="allow">{Encode(words.Allow)}</button>
              <button type="submit" name="step" value="refuse" class="quiet">{Encode(words.Refuse)}</button>
            </form>
            """);

    public static Task AppsAsync(HttpContext context, Words words, IReadOnlyList<AppPassword> apps, string state)
    {
        var list = string.Concat(apps.Select(app => $"""
            <li>
              <div><strong>{Encode(app.Name)}</strong><span>{Encode(Words.With(words.Since, Day(app.CreatedAt)))} {Encode(app.UsedAt > 0 ? Words.With(words.LastUsed, Day(app.UsedAt)) : words.NeverUsed)}</span></div>
              <form method="post">
                <input type="hidden" name="state" value="{state}">
                <input type="hidden" name="id" value="{Encode(app.Id)}">
                <button type="submit" name="step" value="revoke" class="quiet" aria-label="{Encode(words.Revoke)}: {Encode(app.Name)}">{Encode(words.Revoke)}</button>
              </form>
            </li>
            """));
        return WriteAsync(context, StatusCodes.Status200OK, words, words.AppsTitle, $"""
            <p>{Encode(apps.Count > 0 ? words.AppsText : words.NoApps)}</p>
            <ul>{list}</ul>
            <form method="post">
              <input type="hidden" name="state" value="{state}">
              <button type="submit" name="step" value="leave">{Encode(words.Leave)}</button>
            </form>
            """);
    }

    public static Task WelcomeAsync(HttpContext context, Words words) =>
        WriteAsync(context, StatusCodes.Status200OK, words, Words.With(words.WelcomeTitle, context.Instance().UserId), $"""
            <p>{Encode(words.WelcomeText)}</p>
            <label for="server">{Encode(words.ServerAddress)}</label>
            <output id="server">{Encode(Visitor.ServerOf(context))}</output>
            """);

    /// <summary>A page that ends it.</summary>
    public static Task EndAsync(HttpContext context, int status, Words words, string title, string text) =>
        WriteAsync(context, status, words, title, $"<p>{Encode(text)}</p>");

    /// <summary>Errors of these pages, for people.</summary>
    public static Task WriteAsync(HttpContext context, FaultException fault)
    {
        var words = Words.Of(context.Request, context.Features.Get<Instance>()?.Locale ?? "");
        var status = fault.Fault.Answer().Http;
        return fault.Fault switch
        {
            Fault.TooManyRequests => EndAsync(context, status, words, words.TooManyTitle, Words.With(words.TooManyText, Math.Ceiling((fault.RetryAfter ?? default).TotalMinutes))),
            Fault.Forbidden => EndAsync(context, status, words, words.GoneTitle, words.GoneText),
            _ => EndAsync(context, status, words, words.FailedTitle, words.FailedText),
        };
    }

    private static async Task WriteAsync(HttpContext context, int status, Words words, string title, string body)
    {
        var (response, prefix) = (context.Response, Encode(Visitor.PrefixOf(context)));
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.XFrameOptions = "DENY";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.Vary = "Accept-Language";

        // The form ends at nc:// in the first login flow, and browsers hold redirects of forms to this list.
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' nc://*; frame-ancestors 'none'; base-uri 'none'";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="{words.Language}">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>{Encode(title)}</title>
              <link rel="icon" href="{prefix}/login/logo.svg">
              <link rel="stylesheet" href="{prefix}/login/style.css">
            </head>
            <body>
              <main>
                <img src="{prefix}/login/logo.svg" alt="" width="56" height="56">
                <h1>{Encode(title)}</h1>
                {body}
              </main>
              <footer>{Encode(context.Features.Get<Instance>()?.Domain ?? "")}</footer>
            </body>
            </html>

            """,
            context.RequestAborted);
    }

    private static string Day(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}

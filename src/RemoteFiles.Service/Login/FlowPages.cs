using RemoteFiles.Access;
using RemoteFiles.Http;
using RemoteFiles.Instances;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Login;

/// <summary>What a signed-in user is shown, with the state that binds its forms to the session.</summary>
internal delegate Task ShowPage(LoginSession session, Words words, string state);

/// <summary>What a button of that page does.</summary>
internal delegate Task PressButton(LoginSession session, Words words, IFormCollection form);

/// <summary>The two steps in a browser, the same for both flows and for the list of apps: the passphrase, then a page with buttons.</summary>
/// <param name="context">The request.</param>
/// <param name="flow">Names what the session is for.</param>
/// <param name="app">The name of the app that asks; empty for none, null when only a session knows it.</param>
/// <param name="page">The second step.</param>
internal sealed class FlowPages(HttpContext context, string flow, string? app, ShowPage page)
{
    private readonly LoginSessions sessions = context.RequestServices.GetRequiredService<LoginSessions>();
    private readonly Words words = Words.Of(context.Request, context.Instance().Locale);

    /// <summary>Whether this browser has begun already.</summary>
    public bool IsBegun => Open().Session is not null;

    /// <summary>The page where this session is; a new one, or one of another app, begins at the passphrase.</summary>
    public async Task ShowAsync()
    {
        if (Open() is not ({ } session, var cookie) || (app is not null && session.App != app))
        {
            await BeginAsync("");
        }
        else if (session.IsSignedIn)
        {
            await page(session, words, StateOf(cookie));
        }
        else
        {
            await LoginPage.SignInAsync(context, words, session.App, StateOf(cookie), "");
        }
    }

    /// <summary>What a form says: the passphrase, or one of the buttons of the second step.</summary>
    public async Task HandleAsync(IReadOnlyDictionary<string, PressButton> buttons)
    {
        var form = await SmallForm.ReadAsync(context);
        if (Open() is not ({ } session, var cookie) || !sessions.IsStateOf(context.Instance(), cookie, form["state"].ToString()))
        {
            await BeginAsync(words.Expired);
        }
        else if (session.IsSignedIn)
        {
            await (buttons.TryGetValue(form["step"].ToString(), out var press) ? press(session, words, form) : page(session, words, StateOf(cookie)));
        }
        else if (await Passphrase.IsRightAsync(context, form["passphrase"].ToString()))
        {
            // A new cookie: one that somebody else may have planted is worth nothing.
            Remember(session with { IsSignedIn = true });
            Again();
        }
        else
        {
            await LoginPage.SignInAsync(context, words, session.App, StateOf(cookie), words.Wrong);
        }
    }

    /// <summary>The session is over.</summary>
    public void Forget() => context.Response.Cookies.Delete(Cookie, Settings());

    /// <summary>Sends the browser to this page anew, so that a reload sends no form twice.</summary>
    public void Again()
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = Visitor.PrefixOf(context) + context.Request.Path.ToUriComponent();
    }

    private Task BeginAsync(string error)
    {
        var session = new LoginSession(flow, app ?? throw new FaultException(Fault.Forbidden, "The page was open for too long"), IsSignedIn: false);
        return LoginPage.SignInAsync(context, words, session.App, StateOf(Remember(session)), error);
    }

    private (LoginSession? Session, string Cookie) Open()
    {
        var cookie = context.Request.Cookies[Cookie] ?? "";
        return (sessions.Open(context.Instance(), cookie, flow), cookie);
    }

    private string Remember(LoginSession session)
    {
        var cookie = sessions.Seal(context.Instance(), session, LoginSessions.Validity);
        context.Response.Cookies.Append(Cookie, cookie, Settings());
        return cookie;
    }

    private string StateOf(string cookie) => sessions.StateOf(context.Instance(), cookie);

    // Over TLS a name that no neighbouring host can set (RFC 6265bis section 4.1.3.1).
    private string Cookie => Visitor.IsSecure(context) ? "__Secure-login" : "login";

    // Sent to this page alone, so that two logins at once do not meet.
    private CookieOptions Settings() => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = Visitor.IsSecure(context),
        Path = Visitor.PrefixOf(context) + context.Request.Path.ToUriComponent(),
    };
}

using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RemoteFiles.Access;
using RemoteFiles.Http;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Errors;
using Shared.Faults;

namespace RemoteFiles.Login;

/// <summary>How a Nextcloud app gets its app password: login flow v2 for desktops and phones, v1 for apps that open a web view.</summary>
internal static class LoginDoor
{
    private const string Html = MediaTypeNames.Text.Html;
    private const string Form = MediaTypeNames.Application.FormUrlEncoded;

    public static void MapLogin(this WebApplication app)
    {
        app.MapFile("style.css", "text/css; charset=utf-8").Describe("How the pages look.").Answers(StatusCodes.Status200OK, "text/css");
        app.MapFile("logo.svg", "image/svg+xml").Describe("The logo of the pages, and of this server in the apps.").Answers(StatusCodes.Status200OK, "image/svg+xml");

        foreach (var path in new[] { "/settings/user/security", "/index.php/settings/user/security" })
        {
            app.MapPage("GET", path, context => AppsPage.Of(context).ShowAsync())
                .Describe("The apps that may sync, behind the passphrase.").Answers(StatusCodes.Status200OK, Html);
            app.MapPage("POST", path, AppsPage.HandleAsync)
                .Describe("The forms of that page: sign in, revoke an app, sign out.", Form).Answers(StatusCodes.Status200OK, Html).Answers(StatusCodes.Status303SeeOther);
        }

        foreach (var root in new[] { "/login", "/index.php/login" })
        {
            app.MapRaw("POST", root + "/v2", StartAsync).WithMetadata(Admission.Public)
                .Describe("Begins a login: where to poll, and the page to open in a browser.").Answers(StatusCodes.Status200OK, "application/json");
            app.MapRaw("POST", root + "/v2/poll", PollAsync).WithMetadata(Admission.Public)
                .Describe("The app password, once, after the user has allowed it; 404 before and after.", Form)
                .Reads("token", "the token of the login, where it is not in the form").Answers(StatusCodes.Status200OK, "application/json");

            app.MapPage("GET", root + "/v2/flow/{token}", async context => await (await PagesAsync(context)).ShowAsync())
                .Describe("The page of a login that an app has begun: sign in, then allow it.").Answers(StatusCodes.Status200OK, Html);
            app.MapPage("POST", root + "/v2/flow/{token}", GrantAsync)
                .Describe("The forms of that page.", Form).Answers(StatusCodes.Status200OK, Html).Answers(StatusCodes.Status303SeeOther);

            app.MapPage("GET", root + "/flow", FirstFlowAsync)
                .Describe("The same page in a web view of the app, which sends OCS-APIRequest: true.").Answers(StatusCodes.Status200OK, Html);
            app.MapPage("POST", root + "/flow", HandOverAsync)
                .Describe("The forms of that page; in the end nc://login with the app password.", Form).Answers(StatusCodes.Status200OK, Html).Answers(StatusCodes.Status303SeeOther);
        }
    }

    private static IEndpointConventionBuilder MapPage(this WebApplication app, string method, string path, RequestDelegate handle) =>
        app.MapRaw(method, path, handle).WithMetadata(Admission.Public, new ErrorForm(LoginPage.WriteAsync));

    private static Task WelcomeAsync(HttpContext context) => LoginPage.WelcomeAsync(context, Words.Of(context.Request, context.Instance().Locale));

    private static async Task StartAsync(HttpContext context)
    {
        var instance = context.Instance();
        await context.RequestServices.GetRequiredService<LoginThrottle>().TakeAsync(Trial.OfStarts, instance, CallerNetwork.Of(context), context.RequestAborted);
        var flow = await Flows(context).StartAsync(instance.Domain, AppName.Of(context.Request), context.RequestAborted);
        var server = Visitor.ServerOf(context);
        await WriteAsync(context, new()
        {
            ["poll"] = new JsonObject { ["token"] = flow.PollToken, ["endpoint"] = server + "/login/v2/poll" },
            ["login"] = $"{server}/login/v2/flow/{flow.LoginToken}",
        });
    }

    private static async Task PollAsync(HttpContext context)
    {
        var token = (await SmallForm.ReadAsync(context))["token"].ToString() is { Length: > 0 } field ? field : context.Request.Query["token"].ToString();
        var instance = context.Instance();
        if (await Flows(context).FetchAsync(instance.Domain, token, context.RequestAborted) is { } password)
        {
            await WriteAsync(context, new() { ["server"] = Visitor.ServerOf(context), ["loginName"] = instance.UserId, ["appPassword"] = password });
            return;
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("[]", context.RequestAborted);
    }

    private static async Task<FlowPages> PagesAsync(HttpContext context)
    {
        var token = context.GetRawValue("token")!;
        return await Flows(context).AppOfAsync(context.Instance().Domain, token, context.RequestAborted) is { } app
            ? new(context, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))), app, Question(context))
            : throw new FaultException(Fault.Forbidden, "There is no such login");
    }

    private static ShowPage Question(HttpContext context) => (session, words, state) => LoginPage.AllowAsync(context, words, session.App, state);

    private static async Task GrantAsync(HttpContext context)
    {
        var (domain, token) = (context.Instance().Domain, context.GetRawValue("token")!);
        var pages = await PagesAsync(context);
        await pages.HandleAsync(new Dictionary<string, PressButton>
        {
            ["allow"] = async (session, words, _) =>
            {
                if (!await Flows(context).GrantAsync(domain, token, context.RequestAborted))
                {
                    throw new FaultException(Fault.Forbidden, "There is no such login");
                }

                pages.Forget();
                await LoginPage.EndAsync(context, StatusCodes.Status200OK, words, Words.With(words.DoneTitle, session.App), words.DoneText);
            },
            ["refuse"] = async (_, words, _) =>
            {
                await Flows(context).RefuseAsync(domain, token, context.RequestAborted);
                await RefusedAsync(context, pages, words);
            },
        });
    }

    private static Task RefusedAsync(HttpContext context, FlowPages pages, Words words)
    {
        pages.Forget();
        return LoginPage.EndAsync(context, StatusCodes.Status200OK, words, words.RefusedTitle, words.RefusedText);
    }

    // Only a native app can set this header: a page cannot send its visitors here to have them hand over a password.
    private static Task FirstFlowAsync(HttpContext context)
    {
        var isApp = string.Equals(context.Request.Headers["OCS-APIRequest"].ToString(), "true", StringComparison.OrdinalIgnoreCase);
        var pages = new FlowPages(context, "v1", isApp ? AppName.Of(context.Request) : null, Question(context));
        return isApp || pages.IsBegun ? pages.ShowAsync() : WelcomeAsync(context);
    }

    // nc://login/server:…&user:…&password:… (each value percent-encoded but the server's, which apps take as it is).
    private static async Task HandOverAsync(HttpContext context)
    {
        var pages = new FlowPages(context, "v1", null, Question(context));
        await pages.HandleAsync(new Dictionary<string, PressButton>
        {
            ["allow"] = async (session, _, _) =>
            {
                var instance = context.Instance();
                var password = await context.RequestServices.GetRequiredService<AppPasswords>().AddAsync(instance.Domain, session.App, context.RequestAborted);
                pages.Forget();
                context.Response.StatusCode = StatusCodes.Status303SeeOther;
                context.Response.Headers.CacheControl = "no-store";
                context.Response.Headers.Location = $"nc://login/server:{Visitor.ServerOf(context)}&user:{Uri.EscapeDataString(instance.UserId)}&password:{Uri.EscapeDataString(password)}";
            },
            ["refuse"] = (_, words, _) => RefusedAsync(context, pages, words),
        });
    }

    private static IEndpointConventionBuilder MapFile(this WebApplication app, string name, string type)
    {
        using var resource = typeof(LoginDoor).Assembly.GetManifestResourceStream("login/" + name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return app.MapRaw("GET", "/login/" + name, context =>
        {
            context.Response.ContentType = type;
            context.Response.ContentLength = bytes.Length;
            context.Response.Headers.CacheControl = "public, max-age=3600";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
        }).WithMetadata(Admission.Public);
    }

    private static Task WriteAsync(HttpContext context, JsonObject json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(json.ToJsonString(), context.RequestAborted);
    }

    private static LoginFlows Flows(HttpContext context) => context.RequestServices.GetRequiredService<LoginFlows>();
}

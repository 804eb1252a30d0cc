using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace StandIn;

/// <summary>Who may log in: an app types <paramref name="Login"/>, the DAV paths hold <paramref name="Id"/>.</summary>
internal sealed record StandInUser(string Login, string Password, string Id);

/// <summary>
/// A Nextcloud for tests: one user, a tree in memory, over a real socket. It answers as Nextcloud 32.0.1 was recorded to answer,
/// where our client looks; and it can be told to misbehave.
/// </summary>
internal sealed class StandInNextcloud : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string basePath;
    private readonly ConcurrentQueue<SeenRequest> seen = new();
    private readonly List<ScriptedFault> faults = [];
    private int badLogins;

    private StandInNextcloud(StandInUser user, string basePath, DirectoryInfo folder)
    {
        (User, Password, this.basePath) = (user, user.Password, basePath);
        Tree = new(folder, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        app = builder.Build();
        app.Run(HandleAsync);
    }

    public StandInUser User { get; }

    /// <summary>What the user's password is by now; changed, the old one is refused.</summary>
    public string Password { get; set; }

    /// <summary>How many requests came with a login that is none.</summary>
    public int BadLogins => badLogins;

    /// <summary>The files, to be filled and looked at from inside.</summary>
    public StandInTree Tree { get; }

    /// <summary>What users type: with the sub-path, and a slash at its end.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Every request so far, in the order they came.</summary>
    public IReadOnlyList<SeenRequest> Requests => [.. seen];

    /// <param name="user">Default: one whose login is also the id.</param>
    /// <param name="basePath">Where the Nextcloud is installed: empty, or such as <c>/nextcloud</c>.</param>
    public static async Task<StandInNextcloud> StartAsync(StandInUser? user = null, string basePath = "")
    {
        var folder = Directory.CreateTempSubdirectory("standin-");
        var standIn = new StandInNextcloud(user ?? new("standin", "standin-password-9X", "standin"), basePath, folder);
        await standIn.app.StartAsync();
        var address = standIn.app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        standIn.Url = new Uri(address + basePath + "/");
        return standIn;
    }

    /// <summary>The next request that fits is answered by <paramref name="does"/>, once.</summary>
    public ScriptedFault Next(Func<SeenRequest, bool> when, Misbehaviour does) => Script(new(when, does, once: true));

    /// <summary>Every request that fits is answered by <paramref name="does"/>, until the fault is disposed.</summary>
    public ScriptedFault Always(Func<SeenRequest, bool> when, Misbehaviour does) => Script(new(when, does, once: false));

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Tree.Dispose();
    }

    private ScriptedFault Script(ScriptedFault fault)
    {
        lock (faults)
        {
            faults.Add(fault);
        }

        return fault;
    }

    private async Task HandleAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!DavPath.TryDecode(target, out var names))
        {
            await SabreAnswer.WriteAsync(context, 400, "BadRequest", "the address is not percent-encoded UTF-8");
            return;
        }

        var request = new SeenRequest(context.Request.Method, target, names, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        seen.Enqueue(request);
        if (Claim(request) is { } fault)
        {
            await fault.Does(context, () => AnswerAsync(context, request));
            return;
        }

        await AnswerAsync(context, request);
    }

    private ScriptedFault? Claim(SeenRequest request)
    {
        lock (faults)
        {
            return faults.FirstOrDefault(fault => fault.Takes(request));
        }
    }

    private async Task AnswerAsync(HttpContext context, SeenRequest request)
    {
        var prefix = basePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!request.Names.Take(prefix.Length).SequenceEqual(prefix))
        {
            await FrontEnd404Async(context);
            return;
        }

        switch (request.Names[prefix.Length..])
        {
            case ["status.php"]:
                await Ocs.StatusAsync(context);
                break;
            case ["ocs", "v1.php" or "v2.php", "cloud", "user"]:
                await Ocs.UserAsync(context, IsUser(context) ? User : null, Tree.Size);
                break;
            case ["remote.php", "dav", ..] when !IsUser(context):
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"Nextcloud\", charset=\"UTF-8\"";
                await SabreAnswer.WriteAsync(context, 401, "NotAuthenticated", "No public access to this resource., Username or password was incorrect");
                break;
            case ["remote.php", "dav"] when request.Method == "SEARCH":
                await FilesSearch.AnswerAsync(context, Tree, new(Tree, Root("files")), User.Id);
                break;
            case ["remote.php", "dav", "files", var id, .. var path] when id == User.Id:
                await new FilesDav(Tree, Root("files")).AnswerAsync(context, path);
                break;
            case ["remote.php", "dav", "trashbin", var id, "trash", .. var path] when id == User.Id:
                await new TrashDav(Tree, Root("trashbin") + "trash/").AnswerAsync(context, path);
                break;
            case ["remote.php", "dav", ..]:
                await SabreAnswer.NotFoundAsync(context, $"Principal with name {request.Names[^1]} not found");
                break;
            default:
                await FrontEnd404Async(context);
                break;
        }
    }

    private string Root(string kind) => $"{basePath}/remote.php/dav/{kind}/{DavPath.Encode(User.Id)}/";

    // RFC 7617 with UTF-8. Nextcloud takes the id in place of the login too.
    private bool IsUser(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var isUser = header == Basic(User.Login) || header == Basic(User.Id);
        if (!isUser)
        {
            Interlocked.Increment(ref badLogins);
        }

        return isUser;
    }

    private string Basic(string name) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{Password}"));

    // The web server in front, for an address that PHP never sees.
    private static Task FrontEnd404Async(HttpContext context)
    {
        context.Response.StatusCode = 404;
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync("<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n</body>\r\n</html>\r\n");
    }
}

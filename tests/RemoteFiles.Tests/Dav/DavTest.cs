using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>The service with one instance and an app password of its user.</summary>
public sealed class DavFixture : IAsyncLifetime
{
    internal const string Domain = "alma.example:8080";
    internal const string User = "alma";

    internal RestServer Server { get; private set; } = null!;

    internal RestClient Client { get; private set; } = null!;

    internal string Login { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Server = await RestServer.StartAsync();
        (Client, Login) = await AddInstanceAsync(Domain, User, quota: null);
    }

    internal async Task<(RestClient Client, string Login)> AddInstanceAsync(string domain, string user, long? quota)
    {
        await Server.AddInstanceAsync(domain, "en", quota);
        var answer = await Server.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", domain), ("Name", "a test"));
        return (Server.Client(domain, null), "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{answer.Text.Trim()}")));
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Server.DisposeAsync();
    }
}

/// <summary>A test of the WebDAV face, in a folder of its own.</summary>
public abstract class DavTest(DavFixture fixture) : IClassFixture<DavFixture>, IAsyncLifetime
{
    internal const string Files = "/remote.php/dav/files/alma";
    internal static readonly XNamespace D = "DAV:";
    internal static readonly XNamespace Oc = "http://owncloud.org/ns";
    internal static readonly XNamespace Nc = "http://nextcloud.org/ns";
    internal static readonly XNamespace Sabre = "http://sabredav.org/ns";

    internal DavFixture Fixture { get; } = fixture;

    internal string Folder { get; } = "/t" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    public virtual async ValueTask InitializeAsync() => Expect.Status(201, await AskAsync("MKCOL", Folder));

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A path of the user's files, or a whole target below /remote.php.</summary>
    internal static string TargetOf(string path) => path.StartsWith("/remote.php", StringComparison.Ordinal) ? path : Files + path;

    internal Task<Answer> AskAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers) =>
        Fixture.Client.SendAsync(method, TargetOf(path), body is null ? null : RestClient.Body(body, "application/xml"), [.. headers, ("Authorization", Fixture.Login)]);

    internal Task<Answer> PutAsync(string path, string text, params (string Name, string Value)[] headers) =>
        Fixture.Client.SendAsync("PUT", TargetOf(path), RestClient.Body(text), [.. headers, ("Authorization", Fixture.Login)]);

    internal async Task<string> ReadAsync(string path)
    {
        var answer = await AskAsync("GET", path);
        Expect.Status(200, answer);
        return answer.Text;
    }

    internal Task<Answer> MoveAsync(string method, string from, string to, params (string Name, string Value)[] headers) =>
        AskAsync(method, from, null, [.. headers, ("Destination", TargetOf(to))]);

    /// <summary>The properties of a thing, those it has.</summary>
    internal async Task<XElement> StatAsync(string path, string names, string depth = "0") => (await ListAsync(path, names, depth))[0].Known;

    internal async Task<IReadOnlyList<(string Href, XElement Known)>> ListAsync(string path, string names, string depth = "1")
    {
        var answer = await AskAsync("PROPFIND", path, Question(names), ("Depth", depth));
        Expect.Status(207, answer);
        return Read(answer);
    }

    internal static IReadOnlyList<(string Href, XElement Known)> Read(Answer answer) =>
        [.. XDocument.Parse(answer.Text, LoadOptions.PreserveWhitespace).Root!.Elements(D + "response").Select(response =>
            (response.Element(D + "href")!.Value, response.Element(D + "propstat")!.Element(D + "prop")!))];

    internal async Task<string> ETagAsync(string path) => (await StatAsync(path, "<d:getetag/>")).Value;

    internal static string Question(string names) =>
        $"""<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"><d:prop>{names}</d:prop></d:propfind>""";

    internal static void Fails(int status, string exception, Answer answer)
    {
        Expect.Status(status, answer);
        Assert.EndsWith($@"\{exception}", XDocument.Parse(answer.Text).Root!.Element(Sabre + "exception")!.Value, StringComparison.Ordinal);
    }
}

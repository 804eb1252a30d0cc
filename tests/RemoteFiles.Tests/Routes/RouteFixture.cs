using System.Text.Json.Nodes;
using StandIn;

namespace RemoteFiles.Tests.Routes;

/// <summary>The service with one instance, whose account is a Nextcloud; each test class has its own.</summary>
public class RouteFixture : IAsyncLifetime
{
    /// <summary>With a port, which belongs to the name of an instance.</summary>
    internal const string Domain = "cozy.example:8080";

    internal const string Everything = "io.cozy.files io.cozy.accounts";

    internal RestServer Server { get; private set; } = null!;

    internal TestNextcloud Nextcloud { get; private set; } = null!;

    /// <summary>May do everything that these routes offer.</summary>
    internal RestClient Cozy { get; private set; } = null!;

    internal string Account { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Nextcloud = await StartNextcloudAsync();
        Server = await RestServer.StartAsync();
        Cozy = await AddInstanceAsync(Domain);
        Account = await AddAccountAsync(Cozy, Nextcloud.Url.ToString(), Nextcloud.Login, Nextcloud.Password);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
        await Nextcloud.DisposeAsync();
    }

    private protected virtual Task<TestNextcloud> StartNextcloudAsync() => TestNextcloud.StartAsync();

    internal async Task<RestClient> AddInstanceAsync(string domain, string locale = "en", long? quota = null)
    {
        await Server.AddInstanceAsync(domain, locale, quota);
        return Server.Client(domain, await Server.TokenAsync(domain, Everything));
    }

    /// <summary>As the nextcloud konnector stores what a user typed.</summary>
    internal static async Task<string> AddAccountAsync(RestClient cozy, string url, string login, string password)
    {
        var auth = new JsonObject { ["url"] = url, ["login"] = login, ["password"] = password };
        var body = new JsonObject { ["account_type"] = "nextcloud", ["auth"] = auth };
        var answer = await cozy.PostAsync("/data/io.cozy.accounts/", RestClient.JsonBody(body.ToJsonString()));
        Expect.Status(201, answer);
        return (string)JsonNode.Parse(answer.Text)!["id"]!;
    }
}

/// <summary>The same with a Nextcloud below a path, and a login that is not the user's id.</summary>
public sealed class SubPathFixture : RouteFixture
{
    private protected override Task<TestNextcloud> StartNextcloudAsync() =>
        TestNextcloud.StartAsync(new StandInUser("login@mail.example", "standin-password-9X", "f00d-cafe"), "/nextcloud");
}

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>The client under test, pointed at a scripted server.</summary>
internal sealed class RemoteNextcloud : IAsyncDisposable
{
    private readonly NextcloudHttp http;
    private readonly NextcloudConnector connector;

    public RemoteNextcloud(NextcloudOptions? options = null, string path = "/", string userId = "carol", TimeProvider? clock = null, Network? network = null)
    {
        var settings = Options.Create(options ?? new NextcloudOptions { AllowPrivateNetworks = true });
        http = new NextcloudHttp(settings, new RemoteServers(() => settings.Value, clock ?? TimeProvider.System), network ?? Network.OfThisMachine);
        Url = new Uri($"http://{Server.Host}{path}");
        Account = new Account("account", Url, "carol", "carol-pass-9X", userId);
        connector = new(http, settings, clock ?? TimeProvider.System, NullLogger<NextcloudConnector>.Instance);
        Remote = connector.Connect(Account);
        Probe = new NextcloudProbe(http, settings, clock ?? TimeProvider.System);
    }

    public ScriptedServer Server { get; } = new();

    public Uri Url { get; }

    public Account Account { get; }

    public RemoteTree Remote { get; }

    public IFileTree Tree => Remote.Files;

    public ITrash Trash => Remote.Trash;

    public NextcloudProbe Probe { get; }

    public RemoteServers Servers => http.Servers;

    /// <summary>The files of another account, served by the same process.</summary>
    public IFileTree TreeOf(Account account) => connector.Tree(account);

    /// <summary>The one request the server got.</summary>
    public Exchange Request => Assert.Single(Server.Requests);

    public async Task<FaultException> FaultOfAsync(Func<Task> act)
    {
        var fault = await Assert.ThrowsAsync<FaultException>(act);
        await Server.PlayedAsync();
        Assert.DoesNotContain("carol", fault.Message, StringComparison.Ordinal); // no message holds the login or the password
        return fault;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Server.DisposeAsync();
    }
}

internal static class Entries
{
    public static async Task<List<T>> ReadAllAsync<T>(this IAsyncEnumerable<T> entries)
    {
        var all = new List<T>();
        await foreach (var entry in entries)
        {
            all.Add(entry);
        }

        return all;
    }
}

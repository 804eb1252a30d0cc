using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A user of a real Nextcloud, given by BRIDGE_NEXTCLOUD_URL, _USER and _PASSWORD. Tests stay in folders of their own there.</summary>
internal sealed class RealNextcloud : IDisposable
{
    private readonly NextcloudHttp http;
    private readonly NextcloudConnector connector;
    private readonly Account account;

    private RealNextcloud(NextcloudHttp http, NextcloudConnector connector, Account account)
    {
        (this.http, this.connector, this.account) = (http, connector, account);
        Remote = connector.Connect(account);
    }

    public RemoteTree Remote { get; }

    /// <summary>Skips the test where there is none.</summary>
    public static async Task<RealNextcloud> ConnectAsync()
    {
        var address = Environment.GetEnvironmentVariable("BRIDGE_NEXTCLOUD_URL");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "no real Nextcloud: BRIDGE_NEXTCLOUD_URL is not set");
        var url = new Uri(address!);
        var login = Environment.GetEnvironmentVariable("BRIDGE_NEXTCLOUD_USER") ?? "";
        var password = Environment.GetEnvironmentVariable("BRIDGE_NEXTCLOUD_PASSWORD") ?? "";
        var options = Options.Create(new NextcloudOptions { AllowPrivateNetworks = true });
        var http = new NextcloudHttp(options, new RemoteServers(() => options.Value, TimeProvider.System), Network.OfThisMachine);
        var userId = await new NextcloudProbe(http, options, TimeProvider.System).ResolveAsync(url, login, password, TestContext.Current.CancellationToken);
        return new(
            http, new(http, options, TimeProvider.System, NullLogger<NextcloudConnector>.Instance), new Account("real", url, login, password, userId));
    }

    /// <summary>The same login, and the files of another user.</summary>
    public IFileTree TreeOf(string userId) => connector.Tree(account with { UserId = userId });

    public async Task RemoveFromTrashAsync(FilePath work)
    {
        await foreach (var item in Remote.Trash.ListAsync(FilePath.Root, CancellationToken.None))
        {
            if (work.Contains(item.From))
            {
                await Remote.Trash.DeleteAsync(item.Entry.Path, CancellationToken.None);
            }
        }
    }

    public void Dispose() => http.Dispose();
}

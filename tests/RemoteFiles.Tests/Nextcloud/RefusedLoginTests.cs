using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A password that a Nextcloud does not take is not tried again: its guard would punish everybody who is served from here.</summary>
public sealed class RefusedLoginTests : IAsyncDisposable
{
    private static readonly FilePath Name = FilePath.Parse("/a.txt");

    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task A_login_that_was_refused_and_refused_again_is_never_sent_again()
    {
        nextcloud.Server.Then("18-list-401").Then("18-list-401");

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((Fault.Unauthenticated, "invalid authentication"), await RefusedAsync());
        }

        await nextcloud.Server.PlayedAsync();
        Assert.Equal(2, nextcloud.Server.Requests.Count);
    }

    [Fact]
    public async Task A_refusal_that_was_a_mistake_is_forgotten()
    {
        var found = Listing.Of(Listing.File("/remote.php/dav/files/carol/a.txt", 1));
        nextcloud.Server.Then("18-list-401").Then(found).Then("18-list-401").Then(found);

        for (var i = 0; i < 2; i++)
        {
            await RefusedAsync();
            Assert.NotNull(await nextcloud.Tree.StatAsync(Name, Ct));
        }

        await nextcloud.Server.PlayedAsync();
    }

    [Fact]
    public async Task Requests_that_were_under_way_together_are_one_refusal()
    {
        var both = new TaskCompletionSource();
        var count = 0;
        async Task RefuseAsync(Exchange exchange)
        {
            await exchange.ReadBodyAsync();
            if (Interlocked.Increment(ref count) == 2)
            {
                both.SetResult();
            }

            await both.Task;
            await exchange.SendAsync("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        }

        nextcloud.Server.Then(RefuseAsync).Then(RefuseAsync).Then("18-list-401");

        await Task.WhenAll(RefusedAsync(), RefusedAsync());
        await RefusedAsync();
        await RefusedAsync();

        await nextcloud.Server.PlayedAsync();
        Assert.Equal(3, nextcloud.Server.Requests.Count);
    }

    [Fact]
    public async Task A_bad_login_stops_neither_its_neighbours_nor_its_successor()
    {
        nextcloud.Server.Then("18-list-401").Then("18-list-401");
        await RefusedAsync();
        await RefusedAsync();
        foreach (var other in new[] { nextcloud.Account with { Password = "new" }, new Account("other", nextcloud.Url, "dora", "dora-pass", "carol") })
        {
            nextcloud.Server.Then(Listing.Of(Listing.File("/remote.php/dav/files/carol/a.txt", 1)));
            Assert.NotNull(await nextcloud.TreeOf(other).StatAsync(Name, Ct));
        }

        Assert.Equal(4, nextcloud.Server.Requests.Count);
    }

    [Fact]
    public async Task A_password_typed_again_at_once_is_not_sent_again()
    {
        nextcloud.Server.Then("02-ocs-user-401").Then("02-ocs-user-401");

        for (var i = 0; i < 5; i++)
        {
            var thrown = await Assert.ThrowsAsync<FaultException>(() => nextcloud.Probe.ResolveAsync(nextcloud.Url, "carol", "wrong", Ct));
            Assert.Equal(Fault.Unauthenticated, thrown.Fault);
        }

        await nextcloud.Server.PlayedAsync();
        Assert.Equal(2, nextcloud.Server.Requests.Count);
    }

    private async Task<(Fault Fault, string Message)> RefusedAsync()
    {
        var thrown = await Assert.ThrowsAsync<FaultException>(() => nextcloud.Tree.StatAsync(Name, Ct));
        return (thrown.Fault, thrown.Message);
    }
}

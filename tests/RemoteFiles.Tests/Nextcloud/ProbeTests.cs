using Migration.Tests.Fakes;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

public sealed class ProbeTests : IAsyncDisposable
{
    private readonly RemoteNextcloud nextcloud = new(path: "/cloud/");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task A_good_login_has_a_user_id()
    {
        nextcloud.Server.Then("01-ocs-user");

        Assert.Equal("carol", await ProbeAsync());

        var recorded = Recording.Load("01-ocs-user");
        Assert.Equal($"GET /cloud{recorded.Target}", nextcloud.Request.ToString());
        Assert.Equal(recorded.Sent["OCS-APIRequest"], nextcloud.Request.Headers["OCS-APIRequest"]);
        Assert.Equal(recorded.Sent["Accept"], nextcloud.Request.Headers["Accept"]);
    }

    [Fact]
    public async Task A_bad_login_is_told_from_a_bad_server()
    {
        nextcloud.Server.Then("02-ocs-user-401").ThenAnswer("403 Forbidden");

        var wrong = await Assert.ThrowsAsync<FaultException>(ProbeAsync);
        var forbidden = await nextcloud.FaultOfAsync(ProbeAsync);

        Assert.All([wrong, forbidden], thrown => Assert.Equal((Fault.Unauthenticated, "nextcloud credentials are invalid"), (thrown.Fault, thrown.Message)));
    }

    [Theory]
    [InlineData("404 Not Found", "", "has no Nextcloud at this address")]
    [InlineData("500 Internal Server Error", "", "answers 500 to GET")]
    [InlineData("503 Service Unavailable", "", "cannot answer now")]
    [InlineData("429 Too Many Requests", "", "cannot answer now")]
    [InlineData("301 Moved Permanently\r\nLocation: https://new.example/ocs", "", "answers with a redirect to https://new.example, check the address")]
    [InlineData("200 OK", "<html><body>Welcome to my page</body></html>", "answers, but not as a Nextcloud does")]
    [InlineData("200 OK", """{"ocs":{"meta":{"status":"ok"},"data":{"id":""}}}""", "answers, but not as a Nextcloud does")]
    [InlineData("200 OK", """{"ocs":{"meta":{"status":"failure"},"data":[]}}""", "answers, but not as a Nextcloud does")]
    [InlineData("200 OK", "null", "answers, but not as a Nextcloud does")]
    public async Task Anything_else_is_unreachable(string head, string body, string cause)
    {
        nextcloud.Server.ThenAnswer(head, body);

        var thrown = await nextcloud.FaultOfAsync(ProbeAsync);

        Assert.Equal((Fault.BadGateway, $"nextcloud unreachable: {nextcloud.Server.Host} {cause}"), (thrown.Fault, thrown.Message));
    }

    [Fact]
    public async Task A_user_without_a_status_is_a_user()
    {
        Assert.StartsWith("HTTP/1.1 404", Recording.Load("03-ocs-user-status").StatusLine, StringComparison.Ordinal); // why user_status is not asked
        nextcloud.Server.Then("01-ocs-user");

        Assert.Equal("carol", await ProbeAsync());
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_it()
    {
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            var piece = Recording.Chunk([.. Enumerable.Repeat((byte)' ', 16 * 1024)]);
            await Assert.ThrowsAnyAsync<IOException>(async () =>
            {
                while (true)
                {
                    await exchange.SendAsync(piece);
                }
            });
        });

        var thrown = await nextcloud.FaultOfAsync(ProbeAsync);

        Assert.Equal($"nextcloud unreachable: {nextcloud.Server.Host} answers with more than can be meant", thrown.Message);
    }

    [Fact]
    public async Task Half_a_minute_is_the_most_that_a_user_waits()
    {
        var clock = new ManualClock();
        var isAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = new RemoteNextcloud(clock: clock);
        slow.Server.Then(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 O");
            isAsked.SetResult();
            await exchange.StayUntilClientLeavesAsync();
        });

        var asking = slow.Probe.ResolveAsync(slow.Url, "carol", "x", Ct);
        await isAsked.Task.WaitAsync(Ct);
        clock.Pass(TimeSpan.FromSeconds(29));
        Assert.False(asking.IsCompleted);
        clock.Pass(TimeSpan.FromSeconds(1));
        var thrown = await slow.FaultOfAsync(() => asking);

        Assert.Equal((Fault.BadGateway, $"nextcloud unreachable: {slow.Server.Host} does not answer in time"), (thrown.Fault, thrown.Message));
    }

    [Theory]
    [InlineData("ftp://cloud.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("cloud.example")]
    public async Task Only_web_addresses_are_called(string address)
    {
        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Probe.ResolveAsync(new Uri(address, UriKind.RelativeOrAbsolute), "carol", "x", Ct));

        Assert.Equal((Fault.BadGateway, "nextcloud unreachable: the address does not begin with https:// or http://"), (thrown.Fault, thrown.Message));
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_unreachable()
    {
        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Probe.ResolveAsync(new Uri("http://nothing.invalid/"), "carol", "x", Ct));

        Assert.Equal((Fault.BadGateway, "nextcloud unreachable: nothing.invalid is not a known host name"), (thrown.Fault, thrown.Message));
    }

    private Task<string> ProbeAsync() => nextcloud.Probe.ResolveAsync(nextcloud.Url, "carol", "carol-pass-9X", Ct);
}

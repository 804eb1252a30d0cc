using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A server that breaks off or is something else is BadGateway or Unavailable, in plain words; it is never "not there" or "empty".</summary>
public sealed class BrokenServerTests : IAsyncDisposable
{
    private const string Home = "/remote.php/dav/files/carol/";
    private static readonly FilePath Name = FilePath.Parse("/a.txt");

    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Host => nextcloud.Server.Host;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task A_refused_connection()
    {
        await nextcloud.Server.StopAsync();
        using (var probe = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            var refused = await Assert.ThrowsAsync<SocketException>(() => probe.ConnectAsync(IPAddress.Loopback, nextcloud.Url.Port, Ct).AsTask());
            Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        }

        await AssertStatAsync(Fault.BadGateway, $"{Host} refuses the connection");
    }

    [Fact]
    public async Task A_listing_cut_in_the_middle_of_an_entry()
    {
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.SendAsync(Listing.Begin(Listing.Folder(Home), Listing.File(Home + "a.txt", 1), "<d:response><d:hr"));
            exchange.Close();
        });

        await AssertListAsync($"{Host} closed the connection before its answer was whole", entries: 1);
    }

    [Fact]
    public async Task A_listing_that_ends_in_good_order_before_it_is_whole()
    {
        nextcloud.Server.Then(Listing.Whole(Listing.Start + Listing.Folder(Home) + Listing.File(Home + "a.txt", 1)));

        await AssertListAsync($"{Host} answers what is not a WebDAV listing, or not a whole one", entries: 1);
    }

    [Fact]
    public async Task A_listing_without_the_end_of_its_framing()
    {
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.SendAsync(Listing.Begin(Listing.Folder(Home), Listing.End));
            exchange.Close();
        });

        await AssertListAsync($"{Host} closed the connection before its answer was whole", entries: 0);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_not_told_about_the_server()
    {
        using var giveUp = new CancellationTokenSource();
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await giveUp.CancelAsync();
            await exchange.StayUntilClientLeavesAsync();
        });

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => nextcloud.Tree.StatAsync(Name, giveUp.Token));

        Assert.Equal(giveUp.Token, thrown.CancellationToken);
        await nextcloud.Server.PlayedAsync();
    }

    [Theory]
    [InlineData("200 OK", "<html><body>Welcome</body></html>", "answers 200 to PROPFIND")]
    [InlineData("500 Internal Server Error", "", "answers 500 to PROPFIND")]
    [InlineData("405 Method Not Allowed", "", "answers 405 to PROPFIND")]
    public async Task Something_that_is_not_WebDAV(string status, string body, string message)
    {
        nextcloud.Server.ThenAnswer(status, body);

        await AssertStatAsync(Fault.BadGateway, $"{Host} {message}");
    }

    [Theory]
    [InlineData("https://login.example/start?user=carol", "https://login.example")]
    [InlineData("http://carol:secret@other.example:8080/x", "http://other.example:8080")]
    [InlineData("/elsewhere", null)]
    public async Task A_redirect_is_not_followed(string location, string? target)
    {
        nextcloud.Server.ThenAnswer($"302 Found\r\nLocation: {location}");

        await AssertStatAsync(Fault.BadGateway, $"{Host} answers with a redirect to {target ?? $"http://{Host}"}, check the address");
    }

    [Theory]
    [InlineData("429 Too Many Requests\r\nRetry-After: 7", "", nameof(Fault.Unavailable), 7, "cannot answer now")]
    [InlineData("503 Service Unavailable", "Account disabled", nameof(Fault.AccountDisabled), null, "cannot answer now: Account disabled")]
    [InlineData("503 Service Unavailable\r\nRetry-After: 120", "System is in maintenance mode.", nameof(Fault.Maintenance), 120, "cannot answer now: System is in maintenance mode.")]
    public async Task A_server_that_wants_to_be_asked_later(string head, string says, string fault, int? seconds, string message)
    {
        nextcloud.Server.ThenAnswer(head, Sabre(says));

        var thrown = await AssertStatAsync(Enum.Parse<Fault>(fault), $"{Host} {message}");

        Assert.Equal(seconds, thrown.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task A_date_to_ask_again_is_a_wait()
    {
        var later = TimeProvider.System.GetUtcNow().AddMinutes(10).ToString("r", CultureInfo.InvariantCulture);
        nextcloud.Server.ThenAnswer($"503 Service Unavailable\r\nRetry-After: {later}");

        var thrown = await AssertStatAsync(Fault.Unavailable, $"{Host} cannot answer now");

        Assert.InRange(thrown.RetryAfter!.Value.TotalMinutes, 9, 10);
    }

    [Theory]
    [InlineData(423, nameof(Fault.Locked))]
    [InlineData(507, nameof(Fault.OutOfSpace))]
    [InlineData(207, nameof(Fault.BadGateway))]
    [InlineData(200, nameof(Fault.BadGateway))]
    public async Task A_command_is_done_only_when_the_server_says_so(int status, string fault)
    {
        nextcloud.Server.ThenAnswer($"{status} Status");

        Assert.Equal(fault, (await nextcloud.FaultOfAsync(() => nextcloud.Tree.DeleteAsync(Name, null, Ct))).Fault.ToString());
    }

    [Fact]
    public async Task A_question_is_asked_again_after_a_reset_and_a_command_is_not()
    {
        nextcloud.Server.Then(Reset).Then(Listing.Of(Listing.File(Home + "a.txt", 1)));
        Assert.NotNull(await nextcloud.Tree.StatAsync(Name, Ct));

        nextcloud.Server.Then(Hangup); // on the connection kept from before
        var deleted = await nextcloud.FaultOfAsync(() => nextcloud.Tree.DeleteAsync(Name, null, Ct));
        nextcloud.Server.Then(Reset);
        var moved = await nextcloud.FaultOfAsync(() => nextcloud.Tree.MoveAsync(Name, FilePath.Parse("/b.txt"), Ct));

        Assert.Equal((Fault.BadGateway, Fault.BadGateway), (deleted.Fault, moved.Fault));
        Assert.Equal(["PROPFIND", "PROPFIND", "DELETE", "MOVE"], nextcloud.Server.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task A_question_is_asked_again_only_once()
    {
        nextcloud.Server.Then(Reset).Then(Reset);

        await AssertStatAsync(Fault.BadGateway, $"{Host} broke off the connection");
    }

    private static async Task Reset(Exchange exchange)
    {
        await exchange.ReadBodyAsync();
        exchange.Reset();
    }

    private static async Task Hangup(Exchange exchange)
    {
        await exchange.ReadBodyAsync();
        exchange.Close();
    }

    private static string Sabre(string message) =>
        $"""
        <d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">
          <s:exception>Sabre\DAV\Exception\ServiceUnavailable</s:exception><s:message>{message}</s:message>
        </d:error>
        """;

    private async Task<FaultException> AssertStatAsync(Fault fault, string message)
    {
        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.StatAsync(Name, Ct));
        Assert.Equal((fault, message), (thrown.Fault, thrown.Message));
        return thrown;
    }

    private async Task AssertListAsync(string message, int entries)
    {
        var came = 0;
        var thrown = await nextcloud.FaultOfAsync(async () =>
        {
            await foreach (var entry in nextcloud.Tree.ListAsync(FilePath.Root, Ct))
            {
                came++;
            }
        });
        Assert.Equal((Fault.BadGateway, message, entries), (thrown.Fault, thrown.Message, came));
    }
}

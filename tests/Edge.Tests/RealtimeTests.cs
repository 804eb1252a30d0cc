using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Watching;

namespace Edge.Tests;

/// <summary>The websocket of section 11 of the contract, against services that are told what to say.</summary>
public sealed class RealtimeTests
{
    private const string Auth = """{"method":"AUTH","payload":"jwt.x.y"}""";
    private const string Todos = """{"method":"SUBSCRIBE","payload":{"type":"io.cozy.todos"}}""";
    private const string Migrations = """{"method":"SUBSCRIBE","payload":{"type":"io.cozy.nextcloud.migrations","id":"5b0e"}}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/realtime/")]
    [InlineData("/realtime")]
    public async Task The_socket_speaks_the_protocol_of_the_Cozy_with_any_origin(string path)
    {
        await using var edge = await StartAsync();
        using var client = await RealtimeClient.OpenAsync(edge.Fixture, path);
        Assert.Equal("io.cozy.websocket", client.Protocol);
        await client.SendAsync("""{"method":"auth","payload":"jwt.x.y"}""");
        var asked = (await edge.RemoteFiles.NextAsync(Ct)).Authenticate;
        Assert.Equal(("alma.localhost:8080", "jwt.x.y"), (asked.Host, asked.Token));
    }

    [Fact]
    public async Task A_request_that_is_no_upgrade_is_told_so()
    {
        await using var edge = await StartAsync();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(edge.Fixture.Address, "/realtime/"), Ct);
        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
    }

    [Fact]
    public async Task Each_service_is_asked_for_its_own_documents_and_their_events_arrive_as_frames()
    {
        await using var edge = await StartAsync();
        edge.Migration.OnSubscribe = (topic, replies, ct) => replies.WriteAsync(ScriptedWatch.Updated(topic, """{"_id":"1","n":"é<"}"""), ct);
        edge.RemoteFiles.OnSubscribe = edge.Migration.OnSubscribe;
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        await client.SendAsync(Auth);
        await client.SendAsync(Migrations);
        Assert.Equal("""{"event":"UPDATED","payload":{"type":"io.cozy.nextcloud.migrations","id":"1","doc":{"_id":"1","n":"é<"}}}""", await client.ReadAsync());
        await client.SendAsync(Todos);
        Assert.Equal("""{"event":"UPDATED","payload":{"type":"io.cozy.todos","id":"1","doc":{"_id":"1","n":"é<"}}}""", await client.ReadAsync());

        Assert.Equal("jwt.x.y", (await edge.Migration.NextAsync(Ct)).Authenticate.Token);
        Assert.Equal(new Topic { Doctype = "io.cozy.nextcloud.migrations", Id = "5b0e" }, (await edge.Migration.NextAsync(Ct)).Subscribe);
        Assert.Equal("jwt.x.y", (await edge.RemoteFiles.NextAsync(Ct)).Authenticate.Token);
        Assert.Equal(new Topic { Doctype = "io.cozy.todos" }, (await edge.RemoteFiles.NextAsync(Ct)).Subscribe);
    }

    [Fact]
    public async Task Another_AUTH_reaches_every_service_that_watches()
    {
        await using var edge = await StartAsync();
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        await client.SendAsync(Auth);
        await client.SendAsync(Migrations);
        await client.SendAsync("""{"method":"AUTH","payload":"newer"}""");
        await client.SendAsync("""{"method":"UNSUBSCRIBE","payload":{"type":"io.cozy.nextcloud.migrations"}}""");
        Assert.Equal(["jwt.x.y", "newer"], [(await edge.RemoteFiles.NextAsync(Ct)).Authenticate.Token, (await edge.RemoteFiles.NextAsync(Ct)).Authenticate.Token]);
        await edge.Migration.NextAsync(Ct);
        await edge.Migration.NextAsync(Ct);
        Assert.Equal("newer", (await edge.Migration.NextAsync(Ct)).Authenticate.Token);
        Assert.Equal(new Topic { Doctype = "io.cozy.nextcloud.migrations" }, (await edge.Migration.NextAsync(Ct)).Unsubscribe);
    }

    [Theory]
    [InlineData(
        """{"method":"AUTH","payload":"bad"}""",
        """{"status":"401 Unauthorized","code":"unauthorized","title":"The authentication has failed","source":{"method":"AUTH","payload":""}}""",
        1008)]
    [InlineData(
        """{"method":"AUTH"}""",
        """{"status":"401 Unauthorized","code":"unauthorized","title":"The authentication has failed","source":{"method":"AUTH","payload":""}}""",
        1008)]
    [InlineData(
        Todos,
        """{"status":"405 Method Not Allowed","code":"method not allowed","title":"The SUBSCRIBE method is not supported","source":{"method":"SUBSCRIBE","payload":{"type":"io.cozy.todos","id":""}}}""",
        1008)]
    [InlineData(
        "hello",
        """{"status":"400 Bad Request","code":"bad request","title":"The message is not a JSON object","source":{"method":"","payload":""}}""",
        1007)]
    [InlineData(
        "[]",
        """{"status":"400 Bad Request","code":"bad request","title":"The message is not a JSON object","source":{"method":"","payload":""}}""",
        1007)]
    public async Task A_first_message_that_authenticates_nobody_is_told_and_ends_the_socket(string first, string error, int status)
    {
        await using var edge = await StartAsync();
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        await client.SendAsync(first);
        Assert.Equal($$"""{"event":"error","payload":{{error}}}""", await client.ReadAsync());
        await client.ClosedAsync(status);
    }

    [Theory]
    [InlineData(
        """{"method":"SUBSCRIBE","payload":{"type":"io.cozy.x"}}""",
        """{"status":"403 Forbidden","code":"forbidden","title":"The application can't subscribe to io.cozy.x","source":{"method":"SUBSCRIBE","payload":{"type":"io.cozy.x","id":""}}}""")]
    [InlineData(
        """{"method":"SUBSCRIBE","payload":{"id":"1"}}""",
        """{"status":"404 Page Not Found","code":"page not found","title":"The type parameter is mandatory for SUBSCRIBE","source":{"method":"SUBSCRIBE","payload":{"type":"","id":"1"}}}""")]
    [InlineData(
        """{"method":"XYZ","payload":{"type":"io.cozy.x"}}""",
        """{"status":"405 Method Not Allowed","code":"method not allowed","title":"The XYZ method is not supported","source":{"method":"XYZ","payload":{"type":"io.cozy.x","id":""}}}""")]
    [InlineData(
        """{"method":"SUBSCRIBE","payload":{"type":"io.cozy.many"}}""",
        """{"status":"429 Too Many Requests","code":"too many requests","title":"There are too many subscriptions","source":{"method":"SUBSCRIBE","payload":{"type":"io.cozy.many","id":""}}}""")]
    public async Task A_later_message_that_cannot_be_done_is_told_and_the_socket_stays(string message, string error)
    {
        await using var edge = await StartAsync();
        edge.RemoteFiles.OnSubscribe = (topic, replies, ct) => replies.WriteAsync(
            topic.Doctype switch
            {
                "io.cozy.x" => new() { Forbidden = topic },
                "io.cozy.many" => new() { Refused = topic },
                _ => ScriptedWatch.Updated(topic, "{}"),
            },
            ct);
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        await client.SendAsync(Auth);
        await client.SendAsync(message);
        Assert.Equal($$"""{"event":"error","payload":{{error}}}""", await client.ReadAsync());
        await client.SendAsync(Todos);
        Assert.Contains("UPDATED", await client.ReadAsync());
    }

    [Fact]
    public async Task A_token_that_ends_while_the_socket_is_open_ends_the_socket()
    {
        await using var edge = await StartAsync();
        edge.Migration.OnSubscribe = (_, _, _) => throw new RpcException(new(StatusCode.Unauthenticated, "no longer"));
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        await client.SendAsync(Auth);
        await client.SendAsync(Migrations);
        Assert.StartsWith("""{"event":"error","payload":{"status":"401 Unauthorized",""", await client.ReadAsync());
        await client.ClosedAsync(1008);
    }

    [Fact]
    public async Task More_sockets_are_open_than_one_connection_to_a_service_has_streams()
    {
        const int most = 150;
        await using var edge = await StartAsync();
        edge.RemoteFiles.OnSubscribe = (topic, replies, ct) => replies.WriteAsync(ScriptedWatch.Updated(topic, "{}"), ct);
        var clients = new List<RealtimeClient>();
        for (var i = 0; i < most; i++)
        {
            clients.Add(await RealtimeClient.OpenAsync(edge.Fixture));
            await clients[i].SendAsync(Auth);
            await clients[i].SendAsync(Todos);
            Assert.Contains("UPDATED", await clients[i].ReadAsync());
        }

        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Who_never_says_who_it_is_is_hung_up_on()
    {
        await using var edge = await StartAsync(("Realtime:AuthTimeout", "00:00:00.05"));
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        Assert.Contains("401 Unauthorized", await client.ReadAsync());
        await client.ClosedAsync(1008);
        Assert.False(edge.RemoteFiles.WasAsked);
    }

    [Fact]
    public async Task A_message_that_is_too_large_or_not_text_ends_the_socket()
    {
        await using var edge = await StartAsync();
        using var large = await RealtimeClient.OpenAsync(edge.Fixture);
        await large.SendAsync($$"""{"method":"AUTH","payload":"{{new string('x', 64 << 10)}}"}""");
        await large.ClosedAsync(1009);
        using var binary = await RealtimeClient.OpenAsync(edge.Fixture);
        await binary.SendBinaryAsync();
        await binary.ClosedAsync(1003);
    }

    [Fact]
    public async Task A_long_token_passes()
    {
        await using var edge = await StartAsync();
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        var token = new string('x', 60_000);
        await client.SendAsync($$"""{"method":"AUTH","payload":"{{token}}"}""");
        Assert.Equal(token, (await edge.RemoteFiles.NextAsync(Ct)).Authenticate.Token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_a_service_dies_the_client_is_told_to_come_again(bool migration)
    {
        await using var edge = await StartAsync();
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        await client.SendAsync(Auth);
        await client.SendAsync(Migrations);
        await edge.Migration.NextAsync(Ct);
        await edge.Fixture.StopAsync(migration ? edge.Migration : edge.RemoteFiles);
        await client.ClosedAsync(1013);
    }

    [Fact]
    public async Task When_a_service_is_not_there_the_client_is_told_to_come_again()
    {
        await using var edge = await StartAsync();
        await edge.Fixture.StopAsync(edge.RemoteFiles);
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        await client.SendAsync(Auth);
        await client.ClosedAsync(1013);
    }

    [Fact]
    public async Task When_the_edge_stops_its_clients_are_told_and_it_does_not_wait_for_them()
    {
        await using var edge = await StartAsync();
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        await client.SendAsync(Auth);
        await edge.RemoteFiles.NextAsync(Ct);
        var stopping = edge.Fixture.StopEdgeAsync();
        await client.ClosedAsync(1001);
        await stopping;
        await edge.RemoteFiles.Ended.WaitAsync(Ct);
    }

    [Fact]
    public async Task When_the_client_goes_its_watches_end()
    {
        await using var edge = await StartAsync();
        using (var client = await RealtimeClient.OpenAsync(edge.Fixture))
        {
            await client.SendAsync(Auth);
            await edge.RemoteFiles.NextAsync(Ct);
        }

        await edge.RemoteFiles.Ended.WaitAsync(Ct);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped()
    {
        await using var edge = await StartAsync(("Realtime:WriteTimeout", "00:00:00.3"));
        var json = $$"""{"_id":"1","text":"{{new string('x', 1 << 20)}}"}""";
        edge.RemoteFiles.OnSubscribe = async (topic, replies, ct) =>
        {
            while (true)
            {
                await replies.WriteAsync(ScriptedWatch.Updated(topic, json), ct);
            }
        };
        using var client = await RealtimeClient.OpenAsync(edge.Fixture);
        await client.SendAsync(Auth);
        await client.SendAsync(Todos);
        await edge.RemoteFiles.Ended.WaitAsync(Ct);
    }

    [Fact]
    public async Task A_client_that_does_not_answer_a_ping_is_dropped()
    {
        await using var edge = await StartAsync(("Realtime:PingInterval", "00:00:00.05"), ("Realtime:PongTimeout", "00:00:00.05"));
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, edge.Fixture.Address.Port, Ct);
        await tcp.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes(
                "GET /realtime/ HTTP/1.1\r\nHost: alma\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
            Ct);
        var all = new MemoryStream();
        try
        {
            await tcp.GetStream().CopyToAsync(all, Ct);
        }
        catch (IOException)
        {
            // Cut without a word.
        }

        var text = Encoding.Latin1.GetString(all.ToArray());
        Assert.StartsWith("HTTP/1.1 101 ", text);
        Assert.Contains('\x89', text);
    }

    private static async Task<Started> StartAsync(params (string Name, string Value)[] settings)
    {
        var fixture = new EdgeFixture(settings);
        await fixture.InitializeAsync();
        return new(fixture);
    }

    private sealed record Started(EdgeFixture Fixture) : IAsyncDisposable
    {
        public ScriptedWatch RemoteFiles => Fixture.RemoteFilesWatch;

        public ScriptedWatch Migration => Fixture.MigrationWatch;

        public ValueTask DisposeAsync() => Fixture.DisposeAsync();
    }
}

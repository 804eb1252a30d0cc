namespace Edge.Tests;

/// <summary>What proxies in front of the edge say of a client is believed only from those that are trusted.</summary>
public sealed class ForwardingTests
{
    private const string Request =
        "GET /cloud%20x/a%2Fb HTTP/1.1\r\nHost: inner:8080\r\nConnection: close\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
        + "X-Forwarded-Host: alma.cozy.example\r\nX-Forwarded-Prefix: /cloud\r\n\r\n";

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.0/8")]
    public async Task A_trusted_proxy_names_the_client_the_host_and_the_path_that_it_has_taken_away(string proxy)
    {
        var edge = await SendAsync(("Edge:TrustedProxies:0", proxy));

        Assert.Equal("alma.cozy.example", edge.LastHost);
        Assert.Equal("/cloud%20x/a%2Fb", edge.LastTarget);
        Assert.Equal("192.0.2.7", edge.LastForwarded["X-Forwarded-For"]);
        Assert.Equal("https", edge.LastForwarded["X-Forwarded-Proto"]);
        Assert.Equal("/cloud", edge.LastForwarded["X-Forwarded-Prefix"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("192.0.2.0/24")]
    public async Task Nobody_else_can_say_so(string proxy)
    {
        var edge = await SendAsync(proxy.Length > 0 ? [("Edge:TrustedProxies:0", proxy)] : []);

        Assert.Equal("inner:8080", edge.LastHost);
        Assert.Equal("127.0.0.1", edge.LastForwarded["X-Forwarded-For"]);
        Assert.Equal("http", edge.LastForwarded["X-Forwarded-Proto"]);
        Assert.False(edge.LastForwarded.ContainsKey("X-Forwarded-Prefix"));
    }

    [Fact]
    public async Task A_proxy_that_is_no_address_stops_the_start()
    {
        await using var edge = new EdgeFixture(("Edge:TrustedProxies:0", "proxy.example"));
        await Assert.ThrowsAsync<Operations.StartException>(() => edge.InitializeAsync().AsTask());
    }

    private static async Task<BackEnd> SendAsync(params (string Name, string Value)[] settings)
    {
        await using var edge = new EdgeFixture(settings);
        await edge.InitializeAsync();
        Assert.StartsWith("HTTP/1.1 200", await edge.SendRawAsync(Request, TestContext.Current.CancellationToken));
        return edge.RemoteFiles;
    }
}

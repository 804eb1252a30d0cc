using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests;

/// <summary>Several replicas of each service behind one edge.</summary>
public sealed class ReplicaTests : IAsyncDisposable
{
    // Nobody listens at these.
    private const string Dead = "http://127.0.0.1:1";
    private const string OtherDead = "http://127.0.0.2:1";

    private readonly HttpClient http = new();
    private readonly List<IAsyncDisposable> started = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        foreach (var one in Enumerable.Reverse(started))
        {
            await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task Requests_are_shared_and_none_fails_when_a_replica_is_gone()
    {
        var servers = new List<WebApplication>();
        foreach (var name in new[] { "a", "b" })
        {
            servers.Add(Keep(await EdgeFixture.StartServerAsync(new BackEnd(name) { Handler = context => context.Response.WriteAsync($"{name} of {context.Request.Host}") })));
        }

        var edge = await StartAsync(("Edge:RemoteFiles", $"{Dead};{EdgeFixture.AddressOf(servers[0])};{EdgeFixture.AddressOf(servers[1])}"));
        Assert.Equal(["a of alma.localhost:8080", "b of alma.localhost:8080"], (await AskAsync(edge, 60)).Distinct().Order());

        await servers[0].StopAsync(new CancellationToken(canceled: true));
        Assert.Equal(["b of alma.localhost:8080"], (await AskAsync(edge, 20)).Distinct());
        using var ready = await http.GetAsync(new Uri(edge.Address, "/health/ready"), Ct);
        Assert.Equal("Healthy", await ready.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Without_any_replica_it_is_503_and_the_edge_is_not_ready()
    {
        var edge = await StartAsync(("Edge:RemoteFiles", $"{Dead};{OtherDead}"), ("Edge:Migration", $"{Dead};{OtherDead}"));
        foreach (var path in new[] { "/files/1", "/files/1", "/remote/nextcloud/migration/1/cancel", "/openapi.json" })
        {
            using var answer = await http.GetAsync(new Uri(edge.Address, path), Ct);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5)), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        }

        using var ready = await http.GetAsync(new Uri(edge.Address, "/health/ready"), Ct);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
    }

    [Fact]
    public async Task A_write_that_a_dying_replica_may_have_done_is_503_and_not_done_by_another()
    {
        var asked = 0;
        var servers = new List<WebApplication>();
        for (var i = 0; i < 2; i++)
        {
            servers.Add(Keep(await EdgeFixture.StartServerAsync(new BackEnd("dying")
            {
                Handler = context =>
                {
                    Interlocked.Add(ref asked, context.Request.Path.StartsWithSegments("/remote.php") ? 1 : 0);
                    context.Abort();
                    return Task.CompletedTask;
                },
            })));
        }

        var edge = await StartAsync(("Edge:RemoteFiles", $"{EdgeFixture.AddressOf(servers[0])};{EdgeFixture.AddressOf(servers[1])}"));
        using var answer = await http.SendAsync(new(new("MOVE"), new Uri(edge.Address, "/remote.php/dav/files/alma/x")), Ct);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (answer.StatusCode, asked));
    }

    [Fact]
    public async Task A_socket_that_loses_its_replica_finds_another_when_it_comes_again()
    {
        var (one, other) = (new ScriptedWatch(), new ScriptedWatch());
        var first = Keep(await EdgeFixture.StartServerAsync(one));
        var second = Keep(await EdgeFixture.StartServerAsync(other));
        var edge = await StartAsync(("Edge:RemoteFilesGrpc", $"{Dead};{EdgeFixture.AddressOf(first)};{EdgeFixture.AddressOf(second)}"));
        using (var client = await RealtimeClient.OpenAsync(edge))
        {
            await client.SendAsync("""{"method":"AUTH","payload":"jwt.x.y"}""");
            var (asked, notAsked) = (one.NextAsync(Ct).AsTask(), other.NextAsync(Ct).AsTask());
            var isFirst = await Task.WhenAny(asked, notAsked) == asked;
            await (isFirst ? first : second).StopAsync(new CancellationToken(canceled: true));
            await client.ClosedAsync(1013);

            using var again = await RealtimeClient.OpenAsync(edge);
            await again.SendAsync("""{"method":"AUTH","payload":"jwt.x.y"}""");
            Assert.Equal("jwt.x.y", (await (isFirst ? notAsked : asked)).Authenticate.Token);
        }
    }

    private async Task<IReadOnlyList<string>> AskAsync(EdgeFixture edge, int times)
    {
        var answers = new List<string>();
        for (var i = 0; i < times; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(edge.Address, "/files/1")) { Content = new StringContent("body"), Headers = { Host = "alma.localhost:8080" } };
            using var answer = await http.SendAsync(request, Ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answers.Add(await answer.Content.ReadAsStringAsync(Ct));
        }

        return answers;
    }

    private async Task<EdgeFixture> StartAsync(params (string Name, string Value)[] settings)
    {
        var edge = Keep(new EdgeFixture(settings));
        await edge.InitializeAsync();
        return edge;
    }

    private T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        started.Add(one);
        return one;
    }
}

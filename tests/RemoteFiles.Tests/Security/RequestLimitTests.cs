using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Security;

/// <summary>Nobody uses up what is another one's: an instance has its own requests, and strangers have those of their address.</summary>
public sealed class RequestLimitTests
{
    private const string Alma = "alma.example";
    private const string Bruno = "bruno.example";

    // Nothing comes back within a test.
    private static readonly (string, string)[] Few =
    [
        ("Limits:OfInstance", "1"), ("Limits:BurstOfInstance", "5"), ("Limits:OfAddress", "1"), ("Limits:BurstOfAddress", "4"), ("Limits:Period", "1.00:00:00"),
    ];

    [Fact]
    public async Task An_instance_that_has_had_its_requests_is_told_when_to_come_again_and_its_neighbour_notices_nothing()
    {
        await using var server = await StartAsync(Few);
        var (alma, bruno) = (await ClientAsync(server, Alma), await ClientAsync(server, Bruno));

        for (var i = 0; i < 5; i++)
        {
            Expect.Status(200, await alma.GetAsync("/files/io.cozy.files.root-dir"));
        }

        var refused = await alma.GetAsync("/files/io.cozy.files.root-dir");
        Expect.Error(429, "Too Many Requests", refused.Text.Split("\"detail\":\"")[1].Split('"')[0], refused);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!), 1, 24 * 60 * 60);
        Expect.Status(200, await bruno.GetAsync("/files/io.cozy.files.root-dir"));
    }

    [Fact]
    public async Task What_strangers_ask_is_counted_for_their_address_and_never_for_the_instance()
    {
        await using var server = await StartAsync(Few);
        var alma = await ClientAsync(server, Alma);
        (string, string)[] mallory = [("X-Forwarded-For", "192.0.2.66")];

        for (var i = 0; i < 4; i++)
        {
            Expect.Status(401, await alma.With(null).GetAsync("/files/io.cozy.files.root-dir", mallory));
        }

        foreach (var (client, target) in new[]
        {
            (alma.With(null), "/files/io.cozy.files.root-dir"), (alma.With("no.token.at-all"), "/files/io.cozy.files.root-dir"),
            (alma.With(null), "/status.php"), (alma.With(null), "/public/avatar"), (server.Client("nobody.example", alma.Token), "/files/x"),
        })
        {
            var refused = await client.GetAsync(target, mallory);
            Expect.Status(429, refused);
            Assert.NotNull(refused.Header("Retry-After"));
        }

        // Who is known is not judged by the neighbours at the same address, nor is another address.
        Expect.Status(200, await alma.GetAsync("/files/io.cozy.files.root-dir", mallory));
        Expect.Status(200, await alma.With(null).GetAsync("/status.php", ("X-Forwarded-For", "192.0.2.67")));
    }

    [Fact]
    public async Task Addresses_of_one_household_are_one()
    {
        await using var server = await StartAsync(Few);
        await server.AddInstanceAsync(Alma);
        var anyone = server.Client(Alma, null);
        for (var i = 0; i < 4; i++)
        {
            Expect.Status(200, await anyone.GetAsync("/status.php", ("X-Forwarded-For", $"2001:db8:1:{i}::{i}")));
        }

        Expect.Status(429, await anyone.GetAsync("/status.php", ("X-Forwarded-For", "2001:db8:1:99::99")));
        Expect.Status(200, await anyone.GetAsync("/status.php", ("X-Forwarded-For", "2001:db8:2::1")));
    }

    [Fact]
    public async Task A_sync_client_is_counted_for_its_instance_and_refused_in_its_own_words()
    {
        await using var server = await StartAsync(Few);
        await server.AddInstanceAsync(Alma);
        var password = (await server.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", Alma), ("Name", "test"))).Text.Trim();
        var client = server.Client(Alma, null);
        (string, string)[] login = [("Authorization", NextcloudApp.Basic("alma", password)), ("Depth", "0")];
        for (var i = 0; i < 5; i++)
        {
            Expect.Status(207, await client.SendAsync("PROPFIND", "/remote.php/dav/files/alma/", null, login));
        }

        var refused = await client.SendAsync("PROPFIND", "/remote.php/dav/files/alma/", null, login);

        Expect.Status(429, refused);
        Assert.Contains("TooManyRequests", refused.Text, StringComparison.Ordinal);
        Assert.NotNull(refused.Header("Retry-After"));
    }

    [Fact]
    public async Task Twenty_transfers_at_once_of_thousands_of_small_files_are_within_what_is_usual()
    {
        await using var server = await StartAsync([]);
        await server.AddInstanceAsync(Alma);
        var password = (await server.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", Alma), ("Name", "test"))).Text.Trim();
        var client = server.Client(Alma, null);
        (string, string)[] login = [("Authorization", NextcloudApp.Basic("alma", password))];
        var refused = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, 3000), new ParallelOptions { MaxDegreeOfParallelism = 20, CancellationToken = TestContext.Current.CancellationToken }, async (i, stop) =>
        {
            var answer = await client.SendAsync("PUT", $"/remote.php/dav/files/alma/{i}.txt", RestClient.Body("x"), login);
            Assert.False(stop.IsCancellationRequested);
            if (answer.Status != 201)
            {
                Interlocked.Increment(ref refused);
            }
        });

        Assert.Equal(0, refused);
    }

    [Fact]
    public async Task Switched_off_it_refuses_nothing()
    {
        await using var server = await StartAsync([.. Few, ("Limits:Enabled", "false")]);
        var alma = await ClientAsync(server, Alma);

        for (var i = 0; i < 20; i++)
        {
            Expect.Status(200, await alma.GetAsync("/files/io.cozy.files.root-dir"));
            Expect.Status(200, await alma.With(null).GetAsync("/status.php"));
        }
    }

    private static Task<RestServer> StartAsync((string, string)[] settings) => RestServer.StartAsync(settings);

    private static async Task<RestClient> ClientAsync(RestServer server, string domain)
    {
        await server.AddInstanceAsync(domain);
        return server.Client(domain, await server.TokenAsync(domain, "io.cozy.files"));
    }
}

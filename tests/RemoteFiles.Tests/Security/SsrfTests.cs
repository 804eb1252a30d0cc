using System.Net;
using System.Net.Sockets;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using RemoteFiles.Tests.Nextcloud;
using Shared.Faults;

namespace RemoteFiles.Tests.Security;

/// <summary>No address that a user may write makes this server call something inside its own network: connections are counted, and there are none.</summary>
public sealed class SsrfTests
{
    /// <summary>Names, and what they mean at the first question, the second, and so on.</summary>
    private static readonly Dictionary<string, string[]> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["cloud.example"] = ["93.184.216.34"],
        ["v6.example"] = ["2606:2800:220:1::1"],
        ["inside.example"] = ["10.1.2.3"],
        ["inside-v6.example"] = ["fd12:3456::1"],
        ["mapped.example"] = ["::ffff:192.168.1.1"],
        ["metadata.google.internal"] = ["169.254.169.254"],
        ["metadata.example"] = ["169.254.169.254"],
        ["both.example"] = ["10.0.0.1 127.0.0.1 fe80::1"],
        ["localhost"] = ["127.0.0.1 ::1"],
        ["localhost."] = ["127.0.0.1"],
        ["ip6-localhost"] = ["::1"],
        ["127.0.0.1.nip.example"] = ["127.0.0.1"],
        ["xn--bcher-kva.example"] = ["172.16.0.1"],
        ["rebinding.example"] = ["127.0.0.1", "93.184.216.34"],
        ["empty.example"] = [""],
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1/")] // dotted
    [InlineData("http://127.1/")]
    [InlineData("http://127.0.1/")]
    [InlineData("http://127.255.255.254/")]
    [InlineData("http://2130706433/")] // decimal
    [InlineData("http://3232235777/")]
    [InlineData("http://2852039166/")]
    [InlineData("http://017700000001/")] // octal
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://0177.0.0.0x1/")]
    [InlineData("http://0x7f000001/")] // hexadecimal
    [InlineData("http://0x7f.0x0.0x0.0x1/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0xA9FEA9FE/")]
    [InlineData("http://0/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://0.0.0.0:80/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[::1]/")] // IPv6
    [InlineData("http://[0:0:0:0:0:0:0:1]/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")] // IPv4 mapped
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    [InlineData("http://[::ffff:0:127.0.0.1]/")] // IPv4 translated
    [InlineData("http://[2002:7f00:0001::]/")] // 6to4
    [InlineData("http://[2002:a9fe:a9fe::1]/")]
    [InlineData("http://[64:ff9b::127.0.0.1]/")] // NAT64
    [InlineData("http://[64:ff9b::10.0.0.1]/")]
    [InlineData("http://[64:ff9b:1::7f00:1]/")]
    [InlineData("http://[2001:0:7f00:1::1]/")] // Teredo
    [InlineData("http://[fe80::1]/")] // link-local
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[fe80::1%eth0]/")]
    [InlineData("http://[fc00::1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[ff02::1]/")]
    [InlineData("http://169.254.1.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")] // metadata
    [InlineData("http://169.254.170.2/v2/credentials")]
    [InlineData("http://100.100.100.200/")]
    [InlineData("http://168.63.129.16/")]
    [InlineData("http://192.0.0.192/")]
    [InlineData("http://metadata.google.internal/computeMetadata/v1/")]
    [InlineData("http://metadata.example/")]
    [InlineData("http://100.64.0.1/")] // CGNAT
    [InlineData("http://100.127.255.255/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://172.31.255.255/")]
    [InlineData("http://192.168.0.1/")]
    [InlineData("http://198.18.0.1/")]
    [InlineData("http://224.0.0.1/")]
    [InlineData("http://255.255.255.255/")]
    [InlineData("http://127.0.0.1./")] // trailing dots
    [InlineData("http://localhost./")]
    [InlineData("http://alma.localhost./")]
    [InlineData("http://localhost/")]
    [InlineData("http://LOCALHOST/")]
    [InlineData("http://alma.localhost/")]
    [InlineData("http://ip6-localhost/")]
    [InlineData("http://127.0.0.1.nip.example/")]
    [InlineData("http://inside.example/")]
    [InlineData("https://inside-v6.example/")]
    [InlineData("http://mapped.example/")]
    [InlineData("http://both.example/")]
    [InlineData("http://empty.example/")]
    [InlineData("http://carol@127.0.0.1/")] // user information
    [InlineData("http://cloud.example@127.0.0.1/")]
    [InlineData("http://cloud.example:80@127.0.0.1/")]
    [InlineData("http://127.0.0.1\\@cloud.example/")]
    [InlineData("http://cloud.example%40127.0.0.1/")]
    [InlineData("http://127.0.0.1#@cloud.example/")]
    [InlineData("http://127.0.0.1?@cloud.example/")]
    [InlineData("http://１２７.０.０.１/")] // other letters and dots
    [InlineData("http://127。0。0。1/")]
    [InlineData("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/")]
    [InlineData("http://bücher.example/")]
    [InlineData("http://127.0.0.1:22/")] // ports and schemes
    [InlineData("http://cloud.example:22/")]
    [InlineData("http://cloud.example:6379/")]
    [InlineData("https://127.0.0.1:443/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1:6379/_FLUSHALL")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("dict://127.0.0.1:11211/stats")]
    [InlineData("//127.0.0.1/")]
    [InlineData("http:127.0.0.1/")]
    [InlineData("http:///127.0.0.1/")]
    [InlineData("http://127.0.0.1\r\nHost: cloud.example/")]
    [InlineData(" \thttp://127.0.0.1/\n")]
    public async Task No_way_to_write_an_address_of_the_inside_makes_a_connection(string url)
    {
        var calls = new List<IPAddress>();
        await using var nextcloud = new RemoteNextcloud(new NextcloudOptions(), network: Outside(calls));
        if (NextcloudUrl.TryParse(url, out var address))
        {
            var thrown = await Assert.ThrowsAsync<FaultException>(() => nextcloud.Probe.ResolveAsync(address, "carol", "carol-pass-9X", Ct));
            Assert.Equal(Fault.BadGateway, thrown.Fault);
            Assert.DoesNotContain("carol-pass-9X", thrown.Message, StringComparison.Ordinal);
        }

        Assert.Empty(calls);
    }

    [Theory]
    [InlineData("https://cloud.example/", "93.184.216.34")]
    [InlineData("http://cloud.example./", null)]
    [InlineData("https://v6.example/nextcloud", "2606:2800:220:1::1")]
    [InlineData("http://1.1.1.1/", "1.1.1.1")]
    public async Task What_lies_outside_is_called_at_the_address_that_was_looked_at(string url, string? called)
    {
        var calls = new List<IPAddress>();
        await using var nextcloud = new RemoteNextcloud(new NextcloudOptions(), network: Outside(calls));

        await Assert.ThrowsAsync<FaultException>(() => nextcloud.Probe.ResolveAsync(new Uri(url), "carol", "x", Ct));

        Assert.Equal(called is null ? [] : [IPAddress.Parse(called)], calls.Distinct());
    }

    [Fact]
    public async Task Of_a_name_with_addresses_of_both_kinds_the_public_ones_alone_are_called()
    {
        var calls = new List<IPAddress>();
        var network = Outside(calls) with { ResolveAsync = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.1"), IPAddress.Parse("1.1.1.1"), IPAddress.IPv6Loopback]) };
        await using var nextcloud = new RemoteNextcloud(new NextcloudOptions(), network: network);

        await Assert.ThrowsAsync<FaultException>(() => nextcloud.Probe.ResolveAsync(new Uri("https://mixed.example/"), "carol", "x", Ct));

        Assert.Equal([IPAddress.Parse("1.1.1.1")], calls.Distinct());
    }

    [Fact]
    public async Task A_name_that_turns_inside_between_two_requests_is_refused_at_the_second()
    {
        var (calls, asked) = (new List<IPAddress>(), 0);
        var network = Outside(calls) with
        {
            ResolveAsync = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(Interlocked.Increment(ref asked) == 1 ? "93.184.216.34" : "127.0.0.1")]),
        };
        await using var nextcloud = new RemoteNextcloud(new NextcloudOptions(), network: network);

        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<FaultException>(() => nextcloud.Probe.ResolveAsync(new Uri("https://rebinding.example/"), "carol", "x", Ct));
        }

        Assert.True(asked >= 3);
        Assert.Equal([IPAddress.Parse("93.184.216.34")], calls);
    }

    [Theory]
    [InlineData(301, "http://169.254.169.254/latest/meta-data/")]
    [InlineData(302, "http://127.0.0.1:6060/instances/")]
    [InlineData(303, "//localhost/")]
    [InlineData(307, "file:///etc/passwd")]
    [InlineData(308, "http://[::ffff:127.0.0.1]/remote.php/dav/files/carol/")]
    public async Task A_redirect_makes_no_second_connection_whatever_is_asked(int status, string location)
    {
        var (addresses, server) = (new List<IPAddress[]>(), new ScriptedServer());
        await using var disposed = server;
        var inside = Network.OfThisMachine;
        var network = new Network(
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34")]),
            (allowed, port, ct) =>
            {
                addresses.Add(allowed);
                return inside.ConnectAsync([IPAddress.Loopback], server.Port, ct);
            });
        await using var nextcloud = new RemoteNextcloud(new NextcloudOptions(), network: network);
        var account = nextcloud.Account with { Url = new Uri("http://cloud.example/") };
        var tree = nextcloud.TreeOf(account);
        Func<Task>[] questions =
        [
            () => nextcloud.Probe.ResolveAsync(account.Url, "carol", "x", Ct),
            () => tree.StatAsync(FilePath.Parse("a"), Ct),
            () => tree.ListAsync(FilePath.Root, Ct).ReadAllAsync(),
            () => tree.DeleteAsync(FilePath.Parse("a"), null, Ct),
            () => tree.MoveAsync(FilePath.Parse("a"), FilePath.Parse("b"), Ct),
            () => tree.MakeFolderAsync(FilePath.Parse("a"), Ct),
        ];
        foreach (var question in questions)
        {
            server.Then(async exchange =>
            {
                await exchange.ReadBodyAsync();
                await exchange.SendAsync($"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
            });
            Assert.Equal(Fault.BadGateway, (await Assert.ThrowsAsync<FaultException>(question)).Fault);
        }

        await server.PlayedAsync();
        Assert.Equal(questions.Length, server.Requests.Count);
        Assert.All(addresses, allowed => Assert.Equal([IPAddress.Parse("93.184.216.34")], allowed));
    }

    [Theory]
    [InlineData("http://169.254.169.254/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://100.100.100.200/")]
    [InlineData("http://metadata.example:8080/")]
    public async Task The_secrets_of_a_cloud_are_not_asked_for_though_private_networks_are_allowed(string url)
    {
        var calls = new List<IPAddress>();
        await using var nextcloud = new RemoteNextcloud(new NextcloudOptions { AllowPrivateNetworks = true }, network: Outside(calls));

        await Assert.ThrowsAsync<FaultException>(() => nextcloud.Probe.ResolveAsync(new Uri(url), "carol", "x", Ct));
        Assert.Empty(calls);

        await Assert.ThrowsAsync<FaultException>(() => nextcloud.Probe.ResolveAsync(new Uri("http://10.0.0.1:8080/"), "carol", "x", Ct));
        Assert.Equal([IPAddress.Parse("10.0.0.1")], calls.Distinct());
    }

    // Nobody is there: whoever is called is noted, and refuses.
    private static Network Outside(List<IPAddress> calls) => new(
        (host, ct) => Names.TryGetValue(host, out var means)
            ? Task.FromResult(Array.ConvertAll(means[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), IPAddress.Parse))
            : host.EndsWith(".example", StringComparison.Ordinal) || host.EndsWith(".example.", StringComparison.Ordinal)
                ? throw new SocketException((int)SocketError.HostNotFound)
                : Network.OfThisMachine.ResolveAsync(host, ct),
        (addresses, _, _) =>
        {
            lock (calls)
            {
                calls.AddRange(addresses);
            }

            throw new SocketException((int)SocketError.ConnectionRefused);
        });
}

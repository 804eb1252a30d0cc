using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A user may name any server, but not one inside this server's own network.</summary>
public sealed class GuardTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:1::1")]
    [InlineData("2001:db8::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("100::1")]
    public void An_address_inside_a_network_is_not_public(string address) => Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.167.255.255")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("64:ff9b::1.1.1.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a01:4f8::1")]
    public void An_address_of_the_internet_is_public(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://127.0.0.1/", "127.0.0.1")]
    [InlineData("http://[::1]/", "[::1]")]
    [InlineData("http://[::ffff:7f00:1]/", "[::ffff:127.0.0.1]")]
    [InlineData("http://2130706433/", "127.0.0.1")]
    [InlineData("http://0x7f.1/", "127.0.0.1")]
    [InlineData("http://localhost/", "localhost")]
    [InlineData("http://carol:secret@localhost:80/", "localhost")]
    public async Task A_private_address_is_refused_before_a_connection_however_it_is_written(string url, string host)
    {
        await using var nextcloud = new RemoteNextcloud(new NextcloudOptions());

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Probe.ResolveAsync(new Uri(url), "carol", "x", Ct));

        Assert.Equal(
            (Fault.BadGateway, $"nextcloud unreachable: {host} has a private address, and this server calls only public ones; "
                + "its operator can allow it with Nextcloud:AllowPrivateNetworks"),
            (thrown.Fault, thrown.Message));
    }

    [Fact]
    public async Task A_guarded_server_sees_no_connection()
    {
        await using var nextcloud = new RemoteNextcloud(new NextcloudOptions { AllowedPorts = [.. Enumerable.Range(1, 65535)] });

        await nextcloud.FaultOfAsync(() => nextcloud.Tree.StatAsync(FilePath.Root, Ct));

        Assert.Empty(nextcloud.Server.Requests);
    }

    [Theory]
    [InlineData(new int[0], false, 443, true)]
    [InlineData(new int[0], false, 8443, false)]
    [InlineData(new int[0], true, 8443, true)]
    [InlineData(new[] { 8443 }, false, 8443, true)]
    [InlineData(new[] { 8443 }, true, 443, false)]
    public void Ports_are_those_of_the_web_unless_told_otherwise(int[] allowed, bool privateNetworks, int port, bool allows) =>
        Assert.Equal(allows, new NextcloudOptions { AllowedPorts = allowed, AllowPrivateNetworks = privateNetworks }.Allows(port));

    [Fact]
    public async Task Another_port_is_refused()
    {
        await using var nextcloud = new RemoteNextcloud(new NextcloudOptions());

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.StatAsync(FilePath.Root, Ct));

        Assert.Contains(
            $"port {nextcloud.Server.Port} of 127.0.0.1 is refused: this server calls only 80 and 443; its operator can allow it with Nextcloud:AllowedPorts",
            thrown.Message,
            StringComparison.Ordinal);
        Assert.Empty(nextcloud.Server.Requests);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var handshake = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync(Ct);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(made);
            return await tls.ReadAsync(new byte[1], Ct); // nothing may come after the certificate was seen
        }, Ct);
        await using var nextcloud = new RemoteNextcloud();

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Probe.ResolveAsync(new Uri($"https://127.0.0.1:{port}/"), "carol", "x", Ct));

        Assert.Equal($"nextcloud unreachable: 127.0.0.1:{port} has a certificate that is not trusted", thrown.Message);
        var broken = await Record.ExceptionAsync(() => handshake);
        Assert.True(broken is IOException || await handshake == 0, "bytes came after the certificate was refused");
    }

    [Fact]
    public void An_account_in_a_log_shows_no_password() =>
        Assert.DoesNotContain("secret", new Account("id", new Uri("https://cloud.example/"), "carol", "secret", "carol").ToString(), StringComparison.Ordinal);
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RemoteFiles.Nextcloud;
using RemoteFiles.Tests.Nextcloud;
using Shared.Faults;

namespace RemoteFiles.Tests.Security;

/// <summary>Nextclouds with a private authority or a pinned key; the certificates are made here, and shown by a server of TLS.</summary>
public sealed class HostCertificateTests : IDisposable
{
    private const string Host = "cloud.localhost";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly DirectoryInfo files = Directory.CreateTempSubdirectory("certificates-");
    private readonly X509Certificate2 authority = Authority("CN=A private authority");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        authority.Dispose();
        files.Delete(recursive: true);
    }

    [Fact]
    public async Task A_Nextcloud_with_a_private_authority_works_when_that_is_configured_for_its_host_and_for_no_other()
    {
        using var certificate = Issue(authority, Host);

        Assert.Equal("carol", await AskAsync(certificate, Host, new HostTrust { Host = Host, Authorities = Pem(authority) }));
        Assert.Equal("carol", await AskAsync(certificate, Host, new HostTrust { Host = "Cloud.LOCALHOST", Authorities = Pem(authority) }));
        await RefusedAsync(certificate, Host);
        await RefusedAsync(certificate, Host, new HostTrust { Host = "other.localhost", Authorities = Pem(authority) });
    }

    [Fact]
    public async Task A_certificate_of_its_own_works_when_it_is_configured_itself()
    {
        using var certificate = Issue(null, Host);

        Assert.Equal("carol", await AskAsync(certificate, Host, new HostTrust { Host = Host, Authorities = Pem(certificate) }));
        await RefusedAsync(certificate, Host, new HostTrust { Host = Host, Authorities = Pem(authority) });
    }

    [Theory]
    [InlineData("another authority")]
    [InlineData("another name")]
    [InlineData("out of date")]
    [InlineData("not yet")]
    [InlineData("another purpose")]
    public async Task A_private_authority_excuses_nothing_else(string wrong)
    {
        using var other = Authority("CN=A private authority");
        using var certificate = wrong switch
        {
            "another authority" => Issue(other, Host),
            "another name" => Issue(authority, "other.localhost"),
            "out of date" => Issue(authority, Host, from: -20, to: -10),
            "not yet" => Issue(authority, Host, from: 10, to: 20),
            _ => Issue(authority, Host, purpose: "1.3.6.1.5.5.7.3.2"),
        };

        await RefusedAsync(certificate, Host, new HostTrust { Host = Host, Authorities = Pem(authority) });
    }

    [Fact]
    public async Task A_pinned_key_refuses_every_other_certificate_though_it_is_vouched_for()
    {
        using var pinned = Issue(authority, Host);
        using var successor = Issue(authority, Host);
        using var other = Issue(authority, Host);
        var trust = new HostTrust { Host = Host, Authorities = Pem(authority), Pins = [Pin(pinned), Pin(successor)] };

        Assert.Equal("carol", await AskAsync(pinned, Host, trust));
        Assert.Equal("carol", await AskAsync(successor, Host, trust));
        await RefusedAsync(other, Host, trust);
    }

    [Fact]
    public async Task A_pin_alone_vouches_for_nobody()
    {
        using var certificate = Issue(null, Host);

        await RefusedAsync(certificate, Host, new HostTrust { Host = Host, Pins = [Pin(certificate)] });
    }

    [Fact]
    public async Task No_address_in_a_certificate_is_called()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepted = listener.AcceptTcpClientAsync(Ct).AsTask();
        var issuers = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/issuer.crt");
        using var middle = Authority("CN=Nobody has this one");
        using var certificate = Issue(middle, Host, issuers: issuers);

        await RefusedAsync(certificate, Host);
        await RefusedAsync(certificate, Host, new HostTrust { Host = Host, Authorities = Pem(authority) });

        Assert.False(accepted.IsCompleted, "the address of the issuer was called");
        Assert.False(listener.Pending());
    }

    [Theory]
    [InlineData("missing.pem", null)]
    [InlineData("empty.pem", null)]
    [InlineData("broken.pem", null)]
    [InlineData(null, "sha256/short")]
    [InlineData(null, "sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_cannot_be_read_stops_the_start(string? file, string? pin)
    {
        File.WriteAllText(Path.Combine(files.FullName, "empty.pem"), "");
        File.WriteAllText(Path.Combine(files.FullName, "broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        var trust = new HostTrust { Host = Host, Authorities = file is null ? "" : Path.Combine(files.FullName, file), Pins = pin is null ? [] : [pin] };

        var thrown = Assert.Throws<Operations.StartException>(() => new HostCertificates([trust]));
        Assert.Contains(Host, thrown.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(X509Certificate2 certificate, string host, params HostTrust[] trust)
    {
        var thrown = await Assert.ThrowsAsync<FaultException>(() => AskAsync(certificate, host, trust));
        Assert.Equal(Fault.BadGateway, thrown.Fault);
        Assert.EndsWith("has a certificate that is not trusted", thrown.Message, StringComparison.Ordinal);
    }

    // Who the login belongs to, as a server with this certificate says it.
    private static async Task<string> AskAsync(X509Certificate2 certificate, string host, params HostTrust[] trust)
    {
        var options = new NextcloudOptions { AllowPrivateNetworks = true };
        foreach (var one in trust)
        {
            options.Trust.Add(one);
        }

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var serving = ServeAsync(listener, certificate, over.Token);
        await using var nextcloud = new RemoteNextcloud(options);
        try
        {
            return await nextcloud.Probe.ResolveAsync(new Uri($"https://{host}:{((IPEndPoint)listener.LocalEndpoint).Port}/"), "carol", "x", Ct);
        }
        finally
        {
            await over.CancelAsync();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken ct)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(ct);
            await using var tls = new SslStream(client.GetStream());
            try
            {
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) }, ct);
                using var reader = new StreamReader(tls, leaveOpen: true);
                while (await reader.ReadLineAsync(ct) is { Length: > 0 })
                {
                }

                const string answer = """{"ocs":{"meta":{"status":"ok","statuscode":200},"data":{"id":"carol"}}}""";
                await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {answer.Length}\r\n\r\n{answer}"), ct);
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client did not like the certificate.
            }
        }
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
    }

    private static X509Certificate2 Issue(X509Certificate2? by, string host, int from = -1, int to = 1, string purpose = "1.3.6.1.5.5.7.3.1", Uri? issuers = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        if (issuers is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [issuers.ToString()]));
        }

        using var issued = by is null
            ? request.CreateSelfSigned(Now.AddDays(from), Now.AddDays(to))
            : request.Create(by, Now.AddDays(from), Now.AddDays(to), RandomNumberGenerator.GetBytes(8));
        return by is null ? X509CertificateLoader.LoadPkcs12(issued.Export(X509ContentType.Pkcs12), null) : issued.CopyWithPrivateKey(key);
    }

    private string Pem(X509Certificate2 certificate)
    {
        var file = Path.Combine(files.FullName, certificate.Thumbprint + ".pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }

    private static string Pin(X509Certificate2 certificate) => "sha256/" + Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
}

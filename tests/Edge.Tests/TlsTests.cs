using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Edge.Tests;

/// <summary>The edge with a certificate of its own, which is replaced while it works.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo files = Directory.CreateTempSubdirectory("tls-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Certificate => Path.Combine(files.FullName, "tls.crt");

    private string Key => Path.Combine(files.FullName, "tls.key");

    public void Dispose() => files.Delete(recursive: true);

    [Fact]
    public async Task A_new_certificate_is_shown_without_a_restart_and_no_request_notices()
    {
        using var first = Make();
        using var second = Make();
        using var third = Make();
        Put(first);
        await using var edge = new EdgeFixture(("Edge:Tls:Certificate", Certificate), ("Edge:Tls:Key", Key), ("Edge:Tls:Look", "00:00:00.01"));
        await edge.InitializeAsync();
        Assert.Equal("https", edge.Address.Scheme);
        var failures = new ConcurrentQueue<string>();
        using var enough = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => LoadAsync(edge, failures, enough.Token)).ToList();

        await ShownAsync(edge, first);
        Put(second);
        await ShownAsync(edge, second);

        // Half of a pair, and no certificate at all: what is there stays.
        File.WriteAllText(Certificate, third.ExportCertificatePem());
        await ShownAsync(edge, second);
        File.WriteAllText(Certificate, "no certificate");
        File.Delete(Key);
        await ShownAsync(edge, second);
        Put(third);
        await ShownAsync(edge, third);

        await enough.CancelAsync();
        Assert.True((await Task.WhenAll(load)).Sum() > 0);
        Assert.Empty(failures);
    }

    [Fact]
    public async Task Over_TLS_browsers_are_told_to_stay_there_and_nowhere_else()
    {
        using var certificate = Make();
        Put(certificate);
        await using var edge = new EdgeFixture(("Edge:Tls:Certificate", Certificate), ("Edge:Tls:Key", Key));
        await edge.InitializeAsync();
        await using var plain = new EdgeFixture(("Edge:TrustedProxies:0", "127.0.0.1"));
        await plain.InitializeAsync();
        await using var silent = new EdgeFixture(("Edge:TrustedProxies:0", "127.0.0.1"), ("Edge:StrictTransportDays", "0"));
        await silent.InitializeAsync();

        foreach (var path in new[] { "/", "/page/main.js", "/files/x", "/health/live", "/realtime" })
        {
            Assert.Equal("max-age=31536000", await StrictAsync(edge, path));
            Assert.Null(await StrictAsync(plain, path));
            Assert.Equal("max-age=31536000", await StrictAsync(plain, path, forwarded: true));
            Assert.Null(await StrictAsync(silent, path, forwarded: true));
        }
    }

    [Fact]
    public async Task What_comes_without_TLS_gets_no_answer()
    {
        using var certificate = Make();
        Put(certificate);
        await using var edge = new EdgeFixture(("Edge:Tls:Certificate", Certificate), ("Edge:Tls:Key", Key));
        await edge.InitializeAsync();

        Assert.Null(await Record.ExceptionAsync(async () => Assert.Null(await edge.SendRawAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Ct))) is { } e and not IOException ? e.ToString() : null);
        Assert.Empty(edge.RemoteFiles.LastTarget);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("not a pair")]
    public async Task Files_that_are_no_certificate_stop_the_start(string wrong)
    {
        using var certificate = Make();
        using var other = Make();
        if (wrong == "not a pair")
        {
            Put(certificate);
            File.WriteAllText(Key, other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        await using var edge = new EdgeFixture(("Edge:Tls:Certificate", Certificate), ("Edge:Tls:Key", Key));

        Assert.NotNull(await Record.ExceptionAsync(() => edge.InitializeAsync().AsTask()));
    }

    private static async Task<string?> StrictAsync(EdgeFixture edge, string path, bool forwarded = false)
    {
        using var http = new HttpClient(Handler(null));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(edge.Address, path));
        if (forwarded)
        {
            request.Headers.Add("X-Forwarded-Proto", "https");
        }

        using var answer = await http.SendAsync(request, Ct);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.NotNull(answer.Headers.CacheControl);
        return answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null;
    }

    // Until new connections show it: the edge looks by itself.
    private static async Task ShownAsync(EdgeFixture edge, X509Certificate2 expected)
    {
        var shown = "";
        while (shown != expected.Thumbprint)
        {
            using var http = new HttpClient(Handler(thumbprint => shown = thumbprint));
            using var answer = await http.GetAsync(new Uri(edge.Address, "/files/x"), Ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private static async Task<int> LoadAsync(EdgeFixture edge, ConcurrentQueue<string> failures, CancellationToken enough)
    {
        using var kept = new HttpClient(Handler(null));
        var count = 0;
        while (!enough.IsCancellationRequested)
        {
            // One connection that stays, and one that is new.
            using var http = new HttpClient(Handler(null));
            foreach (var client in new[] { kept, http })
            {
                try
                {
                    using var answer = await client.GetAsync(new Uri(edge.Address, "/files/x"), Ct);
                    count += answer.IsSuccessStatusCode ? 1 : throw new HttpRequestException($"{answer.StatusCode}");
                }
                catch (HttpRequestException e)
                {
                    failures.Enqueue(e.ToString());
                }
            }
        }

        return count;
    }

    private static SocketsHttpHandler Handler(Action<string>? see) => new()
    {
        AllowAutoRedirect = false,
        SslOptions = new()
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                // Which one it is, is what the test looks at.
                see?.Invoke(((X509Certificate2)certificate!).Thumbprint);
                return certificate is not null;
            },
        },
    };

    private void Put(X509Certificate2 certificate)
    {
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(Key, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}

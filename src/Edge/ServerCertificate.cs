using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Operations;

namespace Edge;

/// <summary>
/// The certificate of the edge, as its files have it now: new connections get the new one, and those that are open go on. Files that
/// do not belong together, as while they are being replaced, change nothing.
/// </summary>
internal sealed partial class ServerCertificate : BackgroundService
{
    private readonly TlsOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<ServerCertificate> log;
    private volatile SslServerAuthenticationOptions? current;
    private string loaded = "";
    private string refused = "";

    public ServerCertificate(IOptions<EdgeOptions> options, TimeProvider clock, ILogger<ServerCertificate> log)
    {
        (this.options, this.clock, this.log) = (options.Value.Tls, clock, log);
        if (this.options.IsOn)
        {
            try
            {
                loaded = StateOf();
                current = Load();
            }
            catch (Exception e) when (IsOfFiles(e))
            {
                throw new StartException($"Edge:Tls: {this.options.Certificate} and {this.options.Key} are no certificate and its key: {e.Message}", e);
            }
        }
    }

    public TlsHandshakeCallbackOptions Handshake => new() { OnConnection = _ => ValueTask.FromResult(current!) };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.IsOn)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Look, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    private void Look()
    {
        var state = "";
        try
        {
            state = StateOf();
            if (state != loaded)
            {
                current = Load();
                (loaded, refused) = (state, "");
                Changed(options.Certificate);
            }
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            // Told once for each state of the files.
            if (refused != state)
            {
                refused = state;
                Refused(e, options.Certificate);
            }
        }
    }

    private static bool IsOfFiles(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private SslServerAuthenticationOptions Load()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.Certificate);
        var own = X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);
        return new()
        {
            // Offline: nothing is fetched from addresses in certificates.
            ServerCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowRenegotiation = false,
        };
    }

    // Their bytes: dates may be the same, and links lead elsewhere.
    private string StateOf() => string.Concat(
        new[] { options.Certificate, options.Key }.Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))));

    [LoggerMessage(LogLevel.Information, "The certificate of {File} is another one now", EventName = "tls.changed")]
    private partial void Changed(string file);

    [LoggerMessage(LogLevel.Warning, "The certificate of {File} cannot be used, the one before stays", EventName = "tls.refused")]
    private partial void Refused(Exception e, string file);
}

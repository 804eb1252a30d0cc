using System.ComponentModel.DataAnnotations;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Operations;

namespace RemoteFiles.Nextcloud;

/// <summary>A host whose certificate is judged otherwise than the web's: an item of <c>Nextcloud:Trust</c>.</summary>
internal sealed class HostTrust
{
    /// <summary>A host as accounts name it, without a port.</summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>A PEM file of the certificates that alone may vouch for this host: those of a private authority, or its own one. Empty: the system's.</summary>
    public string Authorities { get; set; } = "";

    /// <summary><c>sha256/</c> and the hash of a public key in base64 (RFC 7469 section 2.4): the host must have one of these. Empty: any that is vouched for.</summary>
    public string[] Pins { get; set; } = [];
}

/// <summary>
/// Decides about the certificates of remote servers: the system's authorities vouch for them, or for the hosts of <c>Nextcloud:Trust</c>
/// the operator's. The name, the dates and the purpose have to be right in any case. Accounts share connections, so no user has a say in this.
/// </summary>
internal sealed class HostCertificates
{
    private const string PinPrefix = "sha256/";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly Dictionary<string, Rule> rules = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="StartException">A file or a pin is none: the start fails.</exception>
    public HostCertificates(IEnumerable<HostTrust> hosts)
    {
        foreach (var host in hosts)
        {
            if (host.Host.Length == 0 || !rules.TryAdd(host.Host, new(AuthoritiesOf(host), [.. host.Pins.Select(pin => PinOf(host, pin))])))
            {
                throw new StartException($"Nextcloud:Trust: {host.Host} is there twice, or is no host");
            }
        }
    }

    public bool Accept(object connection, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (connection is not SslStream tls || !rules.TryGetValue(tls.TargetHostName, out var rule))
        {
            return errors == SslPolicyErrors.None;
        }

        return certificate is X509Certificate2 shown
            && (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None
            && (rule.Authorities is { } authorities ? IsVouchedFor(shown, chain, authorities) : errors == SslPolicyErrors.None)
            && (rule.Pins.Count == 0 || rule.Pins.Contains(Convert.ToBase64String(SHA256.HashData(shown.PublicKey.ExportSubjectPublicKeyInfo()))));
    }

    private static bool IsVouchedFor(X509Certificate2 certificate, X509Chain? shown, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(shown?.ChainPolicy.ExtraStore ?? []);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain.Build(certificate);
    }

    private static X509Certificate2Collection? AuthoritiesOf(HostTrust host)
    {
        if (host.Authorities.Length == 0)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(host.Authorities);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartException($"Nextcloud:Trust: {host.Authorities} for {host.Host} cannot be read as certificates in PEM: {e.Message}", e);
        }

        return authorities.Count > 0 ? authorities : throw new StartException($"Nextcloud:Trust: {host.Authorities} for {host.Host} holds no certificate");
    }

    private static string PinOf(HostTrust host, string pin)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return pin.StartsWith(PinPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(pin[PinPrefix.Length..], hash, out var length) && length == SHA256.HashSizeInBytes
                ? Convert.ToBase64String(hash)
                : throw new StartException($"Nextcloud:Trust: a pin of {host.Host} is not {PinPrefix} and 32 bytes in base64");
    }

    private sealed record Rule(X509Certificate2Collection? Authorities, HashSet<string> Pins);
}

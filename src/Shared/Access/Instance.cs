namespace Shared.Access;

/// <summary>A tenant: one Cozy at one domain. <paramref name="TokenSalt"/> makes its token keys its own and is no secret.</summary>
internal sealed record Instance(string Domain, string Locale, string TokenSalt)
{
    /// <summary>Stands for no tenant: a service's own calls, before it knows one. No Host header finds it.</summary>
    public static Instance None { get; } = new("-", "en", "");

    /// <summary>It was asked for by a domain that it had once: whoever comes that way is sent to the one it has.</summary>
    public bool IsMoved { get; init; }

    /// <summary>The one user of the instance, as Nextcloud apps see it: the first label of the domain.</summary>
    public string UserId => Domain.Split('.', ':')[0];

    /// <summary>Whether a login name is the user's: without regard to case, as in a Nextcloud.</summary>
    public bool IsUser(string name) => string.Equals(name, UserId, StringComparison.OrdinalIgnoreCase);

    /// <summary>As cozyMetadata names it, with the slash at its end.</summary>
    public string Url => UrlOf(Domain);

    public static string UrlOf(string domain) => $"https://{domain}/";
}

/// <summary>Finds the instance of a Host header, lower case and with its port.</summary>
internal interface IInstances
{
    Task<Instance?> FindAsync(string domain, CancellationToken ct);
}

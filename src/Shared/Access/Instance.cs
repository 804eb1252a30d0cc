namespace Shared.Access;

/// <summary>A tenant: one Cozy at one domain. <paramref name="TokenSalt"/> makes its token keys its own and is no secret.</summary>
internal sealed record Instance(string Domain, string Locale, string TokenSalt)
{
    /// <summary>As cozyMetadata names it, with the slash at its end.</summary>
    public string Url => $"https://{Domain}/";
}

/// <summary>Finds the instance of a Host header, lower case and with its port.</summary>
internal interface IInstances
{
    Task<Instance?> FindAsync(string domain, CancellationToken ct);
}

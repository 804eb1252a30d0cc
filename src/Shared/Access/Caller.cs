namespace Shared.Access;

/// <summary>Who is asking, for which instance. <paramref name="Subject"/> is an app's slug, a client's id, or free text.</summary>
internal sealed record Caller(Instance Instance, string Audience, string Subject, PermissionSet? Permissions)
{
    /// <summary>When the token ends.</summary>
    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The slug that cozyMetadata names; empty unless an app is asking.</summary>
    public string App => Audience is Audiences.App or Audiences.Konnector ? Subject : "";
}

/// <summary>The <c>aud</c> claim: whose token it is.</summary>
internal static class Audiences
{
    public const string App = "app";
    public const string Konnector = "konn";
    public const string Access = "access";
    public const string Cli = "cli";

    /// <summary>A service of ours acting for an instance; ours, not the Cozy's.</summary>
    public const string Service = "service";
}

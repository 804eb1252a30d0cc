using System.ComponentModel.DataAnnotations;

namespace RemoteFiles.Admin;

/// <summary>Section "Admin": the secret of the operator's port, at least 16 characters.</summary>
internal sealed class AdminOptions
{
    [MinLength(16)]
    public string Secret { get; set; } = "";

    /// <summary>How long a token lives that a service gets at the Cloudery's endpoint: longer than a migration should take.</summary>
    public TimeSpan TokenValidity { get; set; } = TimeSpan.FromHours(24);
}

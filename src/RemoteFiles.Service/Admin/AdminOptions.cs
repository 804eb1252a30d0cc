using System.ComponentModel.DataAnnotations;

namespace RemoteFiles.Admin;

/// <summary>Section "Admin": the secret of the operator's port, at least 16 characters.</summary>
internal sealed class AdminOptions
{
    [MinLength(16)]
    public string Secret { get; set; } = "";
}

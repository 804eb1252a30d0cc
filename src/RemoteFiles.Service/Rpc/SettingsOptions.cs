namespace RemoteFiles.Rpc;

/// <summary>Section "Settings": what the operator tells the web apps of every instance.</summary>
internal sealed class SettingsOptions
{
    /// <summary>The name of the context all instances belong to.</summary>
    public string ContextName { get; set; } = "default";

    /// <summary>Attributes of /settings/context, such as help_link and manager_url.</summary>
    public Dictionary<string, string> Context { get; } = [];

    /// <summary>Feature flags; the web apps offer the migration from a Nextcloud only with this one.</summary>
    public Dictionary<string, bool> Flags { get; } = new() { ["settings.migration.enabled"] = true };
}

using Shared.Faults;

namespace Shared.Access;

/// <summary>The rights of the web apps this server knows; an app's token carries no scope of its own.</summary>
internal static class AppPermissions
{
    private static readonly Dictionary<string, PermissionSet> BySlug = new()
    {
        ["settings"] = PermissionSet.Parse(
            "io.cozy.settings:GET,POST,PUT,DELETE io.cozy.accounts:GET io.cozy.files io.cozy.nextcloud.migrations io.cozy.jobs io.cozy.apps:GET,POST,PUT"),
        ["drive"] = PermissionSet.Parse("io.cozy.files io.cozy.accounts:GET io.cozy.settings:GET"),
    };

    /// <exception cref="FaultException">NotFound: no such app.</exception>
    public static PermissionSet Of(string slug) =>
        BySlug.GetValueOrDefault(slug) ?? throw new FaultException(Fault.NotFound, $"no permission doc for {slug}");
}

using System.Text.Json.Nodes;
using RemoteFiles.Files;
using RemoteFiles.Instances;
using Rpc.Transcoding;
using Shared.Faults;

namespace RemoteFiles.Ocs;

/// <summary>The user behind a login: an instance has one.</summary>
internal static class OcsUser
{
    public static async Task<JsonNode> MeAsync(OcsCall call)
    {
        var (instance, ct) = (call.Instance, call.Ct);
        var space = await call.Get<IFileTrees>().Drive(instance.Domain).GetSpaceAsync(ct);
        var profile = (await call.Get<InstanceProfiles>().GetAsync(instance.Domain, ct)).Profile;
        var name = profile.PublicName.Length > 0 ? profile.PublicName : instance.UserId;
        return new JsonObject
        {
            ["enabled"] = true,
            ["id"] = instance.UserId,
            ["lastLogin"] = call.Password!.UsedAt,
            ["backend"] = "Database",
            ["subadmin"] = new JsonArray(),
            ["quota"] = Quota(space),
            ["email"] = profile.Email.Length > 0 ? profile.Email : null,
            ["additional_mail"] = new JsonArray(),
            ["displayname"] = name,
            ["display-name"] = name,
            ["phone"] = "",
            ["address"] = "",
            ["website"] = "",
            ["twitter"] = "",
            ["groups"] = new JsonArray(),
            ["language"] = instance.Locale,
            ["locale"] = instance.Locale,
            ["backendCapabilities"] = new JsonObject { ["setDisplayName"] = false, ["setPassword"] = false },
        };
    }

    public static Task<JsonNode> ByIdAsync(OcsCall call) =>
        call.Http.GetRawValue("user") is { } id && call.Instance.IsUser(id) ? MeAsync(call) : throw new FaultException(Fault.NotFound, "User does not exist");

    // -3 is Nextcloud's word for no limit.
    private static JsonObject Quota(DriveSpace space) => space.Quota is { } quota
        ? new() { ["free"] = Math.Max(0, quota - space.Used), ["used"] = space.Used, ["total"] = quota, ["relative"] = Math.Round(100.0 * space.Used / Math.Max(1, quota), 2), ["quota"] = quota }
        : new() { ["free"] = -3, ["used"] = space.Used, ["total"] = -3, ["relative"] = 0, ["quota"] = -3 };
}

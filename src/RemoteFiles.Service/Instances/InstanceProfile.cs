using System.Text.Json;
using System.Text.Json.Serialization;

namespace RemoteFiles.Instances;

/// <summary>What /settings/instance tells of an instance beside its locale (cozy-api section 10); empty is what nobody has said.</summary>
internal sealed record InstanceProfile
{
    public string Email { get; init; } = "";

    /// <summary>Empty: the first label of the domain.</summary>
    public string PublicName { get; init; } = "";

    public string Tz { get; init; } = "";

    public string DefaultRedirection { get; init; } = "";

    public bool AutoUpdate { get; init; }

    /// <summary>From here on, the operator's: a client changes none of it.</summary>
    public string Uuid { get; init; } = "";

    public string OidcId { get; init; } = "";

    public string OrgDomain { get; init; } = "";

    public string OrgId { get; init; } = "";

    /// <summary>Empty: the one of all instances.</summary>
    public string Context { get; init; } = "";

    public string Tos { get; init; } = "";

    public string TosLatest { get; init; } = "";

    public static InstanceProfile Parse(string json) => JsonSerializer.Deserialize(json, ProfileJson.Default.InstanceProfile) ?? new();

    public string ToJson() => JsonSerializer.Serialize(this, ProfileJson.Default.InstanceProfile);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(InstanceProfile))]
internal sealed partial class ProfileJson : JsonSerializerContext;

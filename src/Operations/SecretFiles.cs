using Microsoft.Extensions.Configuration;

namespace Operations;

/// <summary>
/// A secret may lie in a file of its own, as container engines hand them out: the setting <c>Admin:SecretFile</c> names the file that
/// holds <c>Admin:Secret</c>. This works for every setting of <see cref="Names"/>; a file that cannot be read stops the start.
/// </summary>
public static class SecretFiles
{
    /// <summary>The settings that are secrets; <c>Master:KeyFile</c> is beside them, as it is made where it is missing.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "Admin:Secret", "RabbitMq:Password", "Blobs:S3:AccessKey", "Telemetry:Headers",
    ];

    private const string Suffix = "File";

    public static void AddSecretFiles(this ConfigurationManager configuration)
    {
        var read = new Dictionary<string, string?>();
        foreach (var name in Names)
        {
            if (configuration[name + Suffix] is { Length: > 0 } file)
            {
                read[name] = File.ReadAllText(file).Trim();
                if (configuration[name] is { Length: > 0 } set && set != read[name])
                {
                    throw new StartException($"set {name} or {name}{Suffix}, not both");
                }
            }
        }

        configuration.AddInMemoryCollection(read);
    }
}

using Operations;
using RemoteFiles.Dav;

namespace Bridge.Upkeep;

/// <summary>Where a bridge keeps what it keeps: a directory of one machine, or whatever the settings of its services name.</summary>
/// <param name="Name">For people.</param>
/// <param name="Drive">The settings of RemoteFiles.Service.</param>
/// <param name="Migration">Those of Migration.Service.</param>
/// <param name="Directory">Null when it is not all in one.</param>
internal sealed record DataPlace(string Name, IConfiguration Drive, IConfiguration Migration, DataDirectory? Directory)
{
    private const string MasterKeyFile = "Master:KeyFile";

    public string KeyRing => Path.Combine(Storage, "keys");

    public string? MasterKey => Directory?.MasterKey ?? Drive[MasterKeyFile];

    private string Storage => Drive["Storage:Directory"]!;

    public static DataPlace Of(DataDirectory directory) => new(directory.Root, directory.DriveSettings(), directory.MigrationSettings(), directory);

    /// <summary>Of a file of JSON: <c>{"RemoteFiles": {"Storage": {…}, "Blobs": {…}, "Master": {…}}, "Migration": {"Storage": {…}}}</c>, each as that service is told.</summary>
    public static DataPlace OfSettings(string file)
    {
        return OfServices(new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file), optional: false).Build(), file);
    }

    /// <summary>The same in variables, <c>RemoteFiles__Storage__Directory</c> and so on, as for a container; null where there are none.</summary>
    public static DataPlace? OfEnvironment()
    {
        var all = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return all["RemoteFiles:Storage:Directory"] is { Length: > 0 } ? OfServices(all, "the environment") : null;
    }

    /// <summary>Tells sync clients that what they see is older than what they have seen.</summary>
    public void ChangeFingerprint() => File.WriteAllText(Path.Combine(Storage, DataFingerprint.FileName), Guid.NewGuid().ToString("N"));

    private static DataPlace OfServices(IConfiguration all, string name) => new(name, SectionOf(all, "RemoteFiles", name), SectionOf(all, "Migration", name), null);

    private static ConfigurationManager SectionOf(IConfiguration all, string name, string file)
    {
        var section = new ConfigurationManager();
        section.AddInMemoryCollection(all.GetSection(name).AsEnumerable(makePathsRelative: true).Where(setting => setting.Value is not null));
        section.AddSecretFiles();
        return section["Storage:Directory"] is { Length: > 0 } ? section : throw new CommandException($"{file} has no {name}:Storage:Directory, which that service needs too");
    }
}

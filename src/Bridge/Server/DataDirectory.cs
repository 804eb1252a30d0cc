namespace Bridge;

/// <summary>What the one machine's data directory holds, and where.</summary>
internal sealed class DataDirectory(string root)
{
    public string Root => root;

    public string MasterKey => Path.Combine(root, "master.key");

    public string RemoteFiles => Path.Combine(root, "remote-files");

    public string RemoteFilesDatabase => Path.Combine(RemoteFiles, "remote-files.db");

    public string Blobs => Path.Combine(RemoteFiles, "blobs");

    /// <summary>The key ring that opens the credentials of accounts; itself encrypted with the master key.</summary>
    public string KeyRing => Path.Combine(RemoteFiles, "keys");

    public string Migration => Path.Combine(root, "migration");

    public string MigrationDatabase => Path.Combine(Migration, "migration.db");

    /// <summary>Where the drive finds its rows and contents here.</summary>
    public IConfiguration DriveSettings() => SettingsOf(RemoteFiles);

    public IConfiguration MigrationSettings() => SettingsOf(Migration);

    /// <exception cref="CommandException">There is no bridge's data.</exception>
    public DataDirectory Existing() => File.Exists(RemoteFilesDatabase) ? this : throw new CommandException($"{Path.GetFullPath(root)} holds no data of a bridge: name it with --data");

    /// <summary>Readable by its owner alone: it holds keys.</summary>
    public void Create()
    {
        foreach (var directory in new[] { root, RemoteFiles, Blobs, KeyRing, Migration })
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static IConfigurationRoot SettingsOf(string directory) => new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Directory", directory)]).Build();
}

namespace RemoteFiles.Files;

/// <summary>Whose an entry of a remote tree is, and whether it can be read at all.</summary>
internal enum EntryKind
{
    Own,

    /// <summary>Somebody else shares it with the user.</summary>
    Shared,

    /// <summary>A team folder.</summary>
    Group,

    /// <summary>Mounted from another storage.</summary>
    External,

    /// <summary>Encrypted end to end: names and bytes mean nothing here.</summary>
    Encrypted,
}

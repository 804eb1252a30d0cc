namespace RemoteFiles.Files;

/// <summary>Where a door finds the trees of an instance, without knowing which store each is.</summary>
internal interface IFileTrees
{
    ICozyDrive Drive(string instance);

    /// <summary>The remote tree of an account. NotFound: no such account. Malformed: it is not a Nextcloud account.</summary>
    Task<RemoteTree> RemoteAsync(string instance, string accountId, CancellationToken ct);

    /// <summary>The remote tree of credentials that are not stored.</summary>
    RemoteTree Visit(Uri url, string login, string password, string userId);
}

/// <summary>A remote tree with its trash. <paramref name="WebUrl"/> is the address of its web interface, without a slash at its end.</summary>
internal sealed record RemoteTree(IFileTree Files, ITrash Trash, string WebUrl);

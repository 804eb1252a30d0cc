using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Migration.Migrations;
using Shared.Faults;

namespace Migration.Tests.Fakes;

/// <summary>A Nextcloud and a drive in memory, with the promises of the real service: a fetch that is repeated moves nothing.</summary>
internal sealed class FakeRemote : IRemoteFiles
{
    private readonly ConcurrentDictionary<string, SourceEntry> source = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> children = new();
    private int nextId;
    private int fetches;

    public FakeRemote() => children["/"] = new();

    /// <summary>Directories of the drive: path → modified time.</summary>
    public ConcurrentDictionary<string, long?> Directories { get; } = new();

    /// <summary>Directories of the drive that came as favourites.</summary>
    public ConcurrentDictionary<string, bool> Favorites { get; } = new();

    /// <summary>Files of the drive: path → where they came from.</summary>
    public ConcurrentDictionary<string, SourceEntry> Drive { get; } = new();

    /// <summary>Where files of the drive are that were moved: id → path.</summary>
    public ConcurrentDictionary<string, string> DriveIds { get; } = new();

    /// <summary>How often the bytes of a source path were moved to their end.</summary>
    public ConcurrentDictionary<string, int> Moved { get; } = new();

    /// <summary>How often a folder was listed to its end.</summary>
    public ConcurrentDictionary<string, int> Listed { get; } = new();

    public long? FreeSpace { get; set; }

    public long? Size { get; set; }

    public Func<SourceEntry, CancellationToken, Task> OnFetch { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Before <see cref="OnFetch"/>, of a file that comes alone: may tell how much of it is here.</summary>
    public Action<SourceEntry, IProgress<long>> OnArriving { get; set; } = (_, _) => { };

    public Func<string, int, Task> OnList { get; set; } = (_, _) => Task.CompletedTask;

    public Func<string, Task> OnMakeDirectory { get; set; } = _ => Task.CompletedTask;

    public Func<NextcloudLogin, Task> OnProbe { get; set; } = _ => Task.CompletedTask;

    public Func<Task<long>>? OnSize { get; set; }

    public ConcurrentQueue<NextcloudLogin> Accounts { get; } = new();

    public Func<Task> OnSaveAccount { get; set; } = () => Task.CompletedTask;

    /// <summary>Lists whole trees, and brings files together: as a Nextcloud of today does.</summary>
    public bool IsModern { get; set; }

    /// <summary>Asked for a whole tree, it lists its first level.</summary>
    public bool IsShallow { get; set; }

    /// <summary>Before each file of a batch; what throws ends the batch there.</summary>
    public Func<SourceEntry, CancellationToken, Task> OnFetchTogether { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The whole folders of each batch, and how many files it had.</summary>
    public ConcurrentQueue<(int Files, string[] WholeFolders)> Batches { get; } = new();

    public int Fetches => fetches;

    public void ForgetFetches() => fetches = 0;

    public SourceOwner Owner { get; set; } = new("https://nc.alma.example/", "alma");

    public Func<Task> OnIdentify { get; set; } = () => Task.CompletedTask;

    public Func<Task> OnCheckUp { get; set; } = () => Task.CompletedTask;

    public int CheckUps { get; private set; }

    public int Identifications { get; private set; }

    /// <summary>The passwords that were given later, of those that this accepts.</summary>
    public ConcurrentQueue<string> Renewed { get; } = new();

    /// <summary>Before something is looked at that is to be deleted.</summary>
    public Func<SourceEntry, CancellationToken, Task> OnDelete { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Paths that belong to somebody else.</summary>
    public ConcurrentDictionary<string, bool> Foreign { get; } = new();

    /// <summary>The trash of the Nextcloud: what is deleted is kept by its name and the second, and takes the place of what has both.</summary>
    public ConcurrentDictionary<string, string> Trash { get; } = new();

    public int Deletions { get; private set; }

    public IReadOnlyList<string> Left => [.. source.Keys.Order(StringComparer.Ordinal)];

    public FakeRemote Folder(string path, long? modifiedAt = null) => Add(path, isFolder: true, 0, modifiedAt);

    public FakeRemote File(string path, long size = 10) => Add(path, isFolder: false, size, 1_700_000_000);

    /// <summary>Makes what is there, and all below it, belong to somebody else, or unreadable.</summary>
    public FakeRemote As(SourceKind kind, string path)
    {
        foreach (var below in source.Keys.Where(key => key == path || key.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
        {
            source[below] = source[below] with { Kind = kind };
        }

        return this;
    }

    public FakeRemote Favorite(string path)
    {
        source[path] = source[path] with { IsFavorite = true };
        return this;
    }

    public void Change(string path, long size)
    {
        source[path] = source[path] with { Size = size };
        Touch(path);
    }

    public void Remove(string path)
    {
        source.TryRemove(path, out _);
        children[Parent(path)] = new(children[Parent(path)].Where(child => child != path));
        Touch(Parent(path));
    }

    /// <summary>Keeps id and ETag, as Nextcloud does.</summary>
    public void Move(string path, string to)
    {
        var file = source[path];
        Remove(path);
        source[to] = file with { Path = CleanPath.Exact(to)! };
        children[Parent(to)].Enqueue(to);
        Touch(Parent(to));
    }

    /// <summary>The same with all that is in it.</summary>
    public void MoveFolder(string path, string to)
    {
        Move(path, to);
        foreach (var below in source.Keys.Where(key => key.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
        {
            source.TryRemove(below, out var entry);
            source[to + below[path.Length..]] = entry! with { Path = CleanPath.Exact(to + below[path.Length..])! };
        }

        foreach (var folder in children.Keys.Where(key => key == path || key.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
        {
            children.TryRemove(folder, out var names);
            children[to + folder[path.Length..]] = new(names!.Select(name => to + name[path.Length..]));
        }
    }

    public async Task<string> ProbeAsync(string instance, NextcloudLogin login, CancellationToken ct)
    {
        await OnProbe(login);
        return login.Login;
    }

    public async Task<string> SaveAccountAsync(string instance, NextcloudLogin login, string userId, CancellationToken ct)
    {
        await OnSaveAccount();
        Accounts.Enqueue(login);
        return "account-1";
    }

    public Task<long?> GetFreeSpaceAsync(string instance, CancellationToken ct) => Task.FromResult(FreeSpace);

    public async Task<SourceSize> GetSizeAsync(string instance, string accountId, CleanPath folder, CancellationToken ct)
    {
        var root = folder.ToString();
        var bytes = OnSize is not null ? await OnSize()
            : !children.ContainsKey(root) ? throw new FaultException(Fault.NotFound, $"{root} is not there")
            : Size ?? source.Values.Where(entry => !entry.IsFolder).Sum(entry => entry.Size);
        return new(bytes, source.TryGetValue(root, out var known) ? known.Kind : SourceKind.Own);
    }

    public Task<SourceSize> GetSizeAsync(string instance, Visitor visitor, CleanPath folder, CancellationToken ct) =>
        GetSizeAsync(instance, visitor.UserId, folder, ct);

    public async IAsyncEnumerable<(SourceEntry Entry, Taken Taken)> SurveyAsync(
        string instance, Visitor visitor, CleanPath folder, CleanPath target, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var entry in ListAsync(instance, visitor.UserId, folder, ct))
        {
            var path = $"{target}/{entry.Path.Name}";
            yield return (entry, entry.IsFolder ? Taken.Free : !Drive.TryGetValue(path, out var there) ? Taken.Free : there.Size == entry.Size ? Taken.Same : Taken.Other);
        }
    }

    public async IAsyncEnumerable<SourceEntry> ListAsync(
        string instance, string accountId, CleanPath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        var path = folder.ToString();
        var names = children.TryGetValue(path, out var found) ? found : throw new FaultException(Fault.NotFound, $"{path} is not there");
        var sent = 0;
        foreach (var child in names)
        {
            ct.ThrowIfCancellationRequested();
            await OnList(path, sent++);
            yield return source[child];
        }

        await OnList(path, sent);
        Listed.AddOrUpdate(path, 1, (_, count) => count + 1);
    }

    public async IAsyncEnumerable<SourceEntry> ListAllBelowAsync(
        string instance, string accountId, CleanPath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        if (!IsModern)
        {
            throw new FaultException(Fault.Forbidden, "folder by folder");
        }

        await foreach (var entry in ListAsync(instance, accountId, folder, ct))
        {
            yield return entry;
            if (entry.IsFolder && !IsShallow)
            {
                await foreach (var below in ListAllBelowAsync(instance, accountId, entry.Path, ct))
                {
                    yield return below;
                }
            }
        }
    }

    public async IAsyncEnumerable<(int Index, FetchedFile Result)> FetchManyAsync(
        string instance, string accountId, SmallFiles batch, [EnumeratorCancellation] CancellationToken ct)
    {
        Batches.Enqueue((batch.Files.Count, [.. batch.WholeFolders.Select(folder => folder.ToString()).Order(StringComparer.Ordinal)]));
        for (var i = 0; IsModern && i < batch.Files.Count; i++)
        {
            await OnFetchTogether(batch.Files[i].Entry, ct);
            yield return (i, await FetchAsync(batch.Files[i].Entry, batch.Files[i].ParentDirectory, batch.Verification.Takes(batch.Files[i].Entry), ct));
        }
    }

    public async Task<string> MakeDirectoryAsync(string instance, CleanPath directory, SourceEntry like, CancellationToken ct)
    {
        await OnMakeDirectory(directory.ToString());
        Directories.TryAdd(directory.ToString(), like.ModifiedAt);
        if (like.IsFavorite)
        {
            Favorites[directory.ToString()] = true;
        }

        return "dir:" + directory;
    }

    public async Task<FetchedFile> FetchAsync(
        string instance, string accountId, SourceEntry file, string directoryId, bool withHash, IProgress<long> arriving, CancellationToken ct)
    {
        OnArriving(file, arriving);
        return await FetchAsync(file, directoryId, withHash, ct);
    }

    private async Task<FetchedFile> FetchAsync(SourceEntry file, string directoryId, bool withHash, CancellationToken ct)
    {
        Interlocked.Increment(ref fetches);
        await OnFetch(file, ct);
        ct.ThrowIfCancellationRequested();
        var path = directoryId["dir:".Length..] + "/" + file.Path.Name;
        while (!Drive.TryAdd(path, file))
        {
            if (Drive.TryGetValue(path, out var there) && there.Id == file.Id && there.ETag == file.ETag)
            {
                return Result(FileOutcome.AlreadyThere, path, file, withHash);
            }

            if (there?.Id == file.Id)
            {
                Drive[path] = file;
                break;
            }

            path += " (2)";
        }

        Moved.AddOrUpdate(file.Path.ToString(), 1, (_, count) => count + 1);
        return Result(path.EndsWith(" (2)", StringComparison.Ordinal) ? FileOutcome.Renamed : FileOutcome.Imported, path, file, withHash);
    }

    public Task<IReadOnlyList<CopyState>> CheckCopiesAsync(string instance, IReadOnlyList<KnownCopy> copies, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<CopyState>>([.. copies.Select(Check)]);

    private CopyState Check(KnownCopy copy)
    {
        if (copy.Sha256.Length == 0)
        {
            return Directories.ContainsKey(copy.FileId["dir:".Length..]) ? CopyState.There : CopyState.Missing;
        }

        var path = DriveIds.GetValueOrDefault(copy.FileId) ?? copy.FileId["id:".Length..];
        if (!Drive.TryGetValue(path, out var file))
        {
            return CopyState.Missing;
        }

        if (copy.Moved is not var (from, to) || from.ToString() != path || Drive.ContainsKey(to.ToString()))
        {
            return CopyState.There;
        }

        Drive.TryRemove(path, out _);
        Drive[to.ToString()] = file;
        DriveIds[copy.FileId] = to.ToString();
        return CopyState.Moved;
    }

    public Task RemoveLeftDirectoriesAsync(string instance, IReadOnlyList<LeftDirectory> directories, CancellationToken ct)
    {
        foreach (var path in directories.Select(directory => directory.Path.ToString()))
        {
            if (!Drive.Keys.Concat(Directories.Keys).Any(other => other.StartsWith(path + "/", StringComparison.Ordinal)))
            {
                Directories.TryRemove(path, out _);
            }
        }

        return Task.CompletedTask;
    }

    public async Task<SourceOwner> IdentifyAsync(string instance, string accountId, CancellationToken ct)
    {
        Identifications++;
        await OnIdentify();
        return Owner;
    }

    public async Task CheckUpAsync(string instance, string accountId, CancellationToken ct)
    {
        CheckUps++;
        await OnCheckUp();
    }

    public async Task RenewPasswordAsync(string instance, string accountId, string userId, string password, CancellationToken ct)
    {
        await OnProbe(new("", "", password));
        if (userId != Owner.UserId)
        {
            throw new FaultException(Fault.Conflict, "another user's");
        }

        Renewed.Enqueue(password);
    }

    public async Task<SourceFate> DeleteSourceAsync(string instance, string accountId, ArrivedEntry arrived, CancellationToken ct)
    {
        await OnDelete(arrived.Entry, ct);
        var path = arrived.Entry.Path.ToString();
        if (!source.TryGetValue(path, out var now))
        {
            return SourceFate.Gone;
        }

        if (now.IsFolder != arrived.Entry.IsFolder || now.Id != arrived.Entry.Id || (!now.IsFolder && now.ETag != arrived.Entry.ETag))
        {
            return SourceFate.Changed;
        }

        if (Foreign.ContainsKey(path))
        {
            return SourceFate.NotOwn;
        }

        if (now.IsFolder ? Left.Any(other => other.StartsWith(path + "/", StringComparison.Ordinal)) : Drive.All(file => "id:" + file.Key != arrived.FileId))
        {
            return now.IsFolder ? SourceFate.NotEmpty : SourceFate.NotInDrive;
        }

        source.TryRemove(path, out _);
        Trash[$"{now.Path.Name}.d{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}"] = path;
        lock (Trash)
        {
            Deletions++;
        }

        return SourceFate.Deleted;
    }

    private static FetchedFile Result(FileOutcome outcome, string path, SourceEntry file, bool withHash) =>
        new(outcome, "id:" + path, path[(path.LastIndexOf('/') + 1)..], file.Size, new string('a', 64))
        {
            Md5 = new string('b', 32),
            ETag = file.ETag,
            Proof = withHash ? Proof.Hash : outcome == FileOutcome.AlreadyThere ? Proof.Version : Proof.Length,
        };

    private static string Parent(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "/";

    // A change shows in every folder around it.
    private void Touch(string path)
    {
        for (; path != "/"; path = Parent(path))
        {
            if (source.TryGetValue(path, out var entry))
            {
                source[path] = entry with { ETag = $"\"{Interlocked.Increment(ref nextId)}\"" };
            }
        }
    }

    private FakeRemote Add(string path, bool isFolder, long size, long? modifiedAt)
    {
        var id = Interlocked.Increment(ref nextId);
        source[path] = new(id.ToString(), CleanPath.Exact(path)!, isFolder, size, $"\"{id}\"", modifiedAt);
        var parent = Parent(path);
        children.GetOrAdd(parent, _ => new()).Enqueue(path);
        Touch(parent);
        if (isFolder)
        {
            children[path] = new();
        }

        return this;
    }
}

using System.Text;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Files;

/// <summary>What every tree of files promises, whatever it is stored in. Runs against a real server as well: it stays in its own folder.</summary>
public abstract partial class FileTreeContract : IAsyncLifetime
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    /// <summary>Whether é composed and é decomposed are two names; a server that makes them one is still a tree.</summary>
    protected virtual bool KeepsUnicodeForms => true;

    /// <summary>Whether a name may end in a space; some servers refuse what Windows cannot store.</summary>
    protected virtual bool TakesTrailingSpaces => true;

    /// <summary>Whether a name may hold a backslash.</summary>
    protected virtual bool TakesBackslashes => true;

    /// <summary>Whether an ETag differs even from that of a content stored in the same second.</summary>
    protected virtual bool ETagsSeeWithinASecond => true;

    /// <summary>Whether the tree's own root may be deleted by mistake at all: a real account has only one.</summary>
    protected virtual bool RootIsExpendable => true;

    /// <summary>How long a long listing is, where each entry is a write.</summary>
    protected virtual int ManyEntries => 2000;

    internal IFileTree Tree { get; private set; } = null!;

    /// <summary>Empty at the start of each test, and removed after it.</summary>
    internal FilePath Scratch { get; private set; } = null!;

    internal static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Opens the tree, with a folder that is this test's own.</summary>
    internal abstract Task<(IFileTree Tree, FilePath Scratch)> OpenAsync();

    public virtual async ValueTask InitializeAsync()
    {
        (Tree, Scratch) = await OpenAsync();
        await Tree.MakeFolderAsync(Scratch, Ct);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Tree.DeleteAsync(Scratch, etag: null, CancellationToken.None);
        GC.SuppressFinalize(this);
    }

    internal FilePath At(string relative) => relative.Split('/').Aggregate(Scratch, (path, name) => path.Child(name));

    internal Task<Entry> PutAsync(string relative, string text, bool overwrite = false) => PutAsync(At(relative), Encoding.UTF8.GetBytes(text), overwrite);

    internal Task<Entry> PutAsync(FilePath file, byte[] bytes, bool overwrite = false) =>
        Tree.WriteAsync(file, new() { Body = new MemoryStream(bytes), Length = bytes.Length, Overwrite = overwrite }, Ct);

    internal async Task<string> TextAsync(string relative) => Encoding.UTF8.GetString(await BytesAsync(At(relative)));

    internal async Task<byte[]> BytesAsync(FilePath file, long offset = 0)
    {
        await using var download = await Tree.OpenAsync(file, offset, Ct);
        var bytes = new MemoryStream();
        await download.Body.CopyToAsync(bytes, Ct);
        Assert.Equal(download.Length, bytes.Length);
        return bytes.ToArray();
    }

    internal async Task<List<Entry>> ListAsync(FilePath folder) => await Tree.ListAsync(folder, Ct).ToListAsync(Ct);

    internal async Task<string[]> NamesAsync(string? relative = null) =>
        [.. (await ListAsync(relative is null ? Scratch : At(relative))).Select(entry => entry.Path.Name).Order(StringComparer.Ordinal)];

    /// <summary>Lets the time pass that a server needs to see a difference.</summary>
    internal Task SeeDifferenceAsync() => ETagsSeeWithinASecond ? Task.CompletedTask : Task.Delay(TimeSpan.FromSeconds(1.1), Ct);

    internal static async Task FailsAsync(Fault fault, Func<Task> command) => Assert.Equal(fault, (await Assert.ThrowsAsync<FaultException>(command)).Fault);

    internal static byte[] RandomBytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    internal static void Same(Entry expected, Entry? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Path, actual.Path);
        Assert.Equal(expected.Id, actual.Id);
        Assert.Equal(expected.IsFolder, actual.IsFolder);
        Assert.Equal(expected.Size, actual.Size);
        Assert.Equal(expected.ETag, actual.ETag);
        Assert.Equal(expected.ModifiedAt?.ToUnixTimeSeconds(), actual.ModifiedAt?.ToUnixTimeSeconds());
    }
}

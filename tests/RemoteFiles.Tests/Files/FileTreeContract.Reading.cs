using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Files;

public abstract partial class FileTreeContract
{
    [Fact]
    public async Task Stat_of_something_missing_answers_null()
    {
        await PutAsync("file.txt", "x");

        Assert.Null(await Tree.StatAsync(At("missing.txt"), Ct));
        Assert.Null(await Tree.StatAsync(At("missing/deeper/still.txt"), Ct));
        Assert.Null(await Tree.StatAsync(At("file.txt/below"), Ct));
    }

    [Fact]
    public async Task Stat_of_the_root_answers_a_folder()
    {
        var root = await Tree.StatAsync(FilePath.Root, Ct);

        Assert.True(root!.IsFolder);
        Assert.True(root.Path.IsRoot);
        Assert.NotEmpty(root.Id);
    }

    [Fact]
    public async Task Stat_of_a_file_tells_its_facts()
    {
        await PutAsync("notes.txt", "twelve bytes");

        var entry = await Tree.StatAsync(At("notes.txt"), Ct);

        Assert.False(entry!.IsFolder);
        Assert.Equal(At("notes.txt"), entry.Path);
        Assert.Equal(12, entry.Size);
        Assert.StartsWith("text/plain", entry.ContentType, StringComparison.Ordinal);
        Assert.StartsWith("\"", entry.ETag, StringComparison.Ordinal);
        Assert.EndsWith("\"", entry.ETag, StringComparison.Ordinal);
        Assert.NotEmpty(entry.Id);
    }

    [Fact]
    public async Task Stat_of_a_folder_tells_it_is_one()
    {
        var made = await Tree.MakeFolderAsync(At("folder"), Ct);

        var entry = await Tree.StatAsync(At("folder"), Ct);

        Assert.True(entry!.IsFolder);
        Assert.Equal(made.Id, entry.Id);
        Assert.Equal(At("folder"), entry.Path);
    }

    [Fact]
    public async Task A_listing_has_the_children_and_neither_the_folder_nor_what_is_deeper()
    {
        await Tree.MakeFolderAsync(At("folder"), Ct);
        await PutAsync("folder/deeper.txt", "x");
        await PutAsync("file.txt", "x");

        Assert.Equal(["file.txt", "folder"], await NamesAsync());
    }

    [Fact]
    public async Task A_listing_says_of_each_child_what_stat_says()
    {
        await Tree.MakeFolderAsync(At("folder"), Ct);
        await PutAsync("folder/deeper.txt", "1234567");
        await PutAsync("file.txt", "123");

        foreach (var entry in await ListAsync(Scratch))
        {
            Same(entry, await Tree.StatAsync(entry.Path, Ct));
        }
    }

    [Fact]
    public async Task A_listing_of_an_empty_folder_is_empty() => Assert.Empty(await ListAsync(Scratch));

    [Fact]
    public async Task A_listing_of_something_missing_or_of_a_file_is_not_found_before_the_first_entry()
    {
        await PutAsync("file.txt", "x");

        await FailsAsync(Fault.NotFound, () => ListAsync(At("missing")));
        await FailsAsync(Fault.NotFound, () => ListAsync(At("file.txt")));
    }

    [Fact]
    public async Task A_long_listing_is_whole()
    {
        var names = Enumerable.Range(0, ManyEntries).Select(i => $"entry {i:D4}").ToArray();
        var eight = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Ct };
        await Parallel.ForEachAsync(names, eight, async (name, _) => await PutAsync(name, name));

        Assert.Equal(names, await NamesAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5 * 1024 * 1024)]
    public async Task A_file_reads_as_it_was_written(int size)
    {
        var bytes = RandomBytes(size, seed: size);

        var stored = await PutAsync(At("file.bin"), bytes);

        Assert.Equal(size, stored.Size);
        Assert.Equal(bytes, await BytesAsync(At("file.bin")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(199_999)]
    [InlineData(200_000)]
    public async Task A_file_reads_from_an_offset(int offset)
    {
        var bytes = RandomBytes(200_000, seed: 1);
        await PutAsync(At("file.bin"), bytes);

        Assert.Equal(bytes[offset..], await BytesAsync(At("file.bin"), offset));
    }

    [Fact]
    public async Task A_download_has_the_entry_it_is_of()
    {
        var stored = await PutAsync("file.txt", "hello");

        await using var download = await Tree.OpenAsync(At("file.txt"), 2, Ct);

        Assert.Equal(3, download.Length);
        Same(stored, download.Entry);
    }

    [Fact]
    public async Task Opening_a_folder_or_something_missing_is_not_found()
    {
        await Tree.MakeFolderAsync(At("folder"), Ct);

        await FailsAsync(Fault.NotFound, () => Tree.OpenAsync(At("folder"), 0, Ct));
        await FailsAsync(Fault.NotFound, () => Tree.OpenAsync(At("missing"), 0, Ct));
        await FailsAsync(Fault.NotFound, () => Tree.OpenAsync(At("missing/deeper"), 0, Ct));
    }

    [Fact]
    public async Task An_etag_does_not_change_by_looking()
    {
        var stored = await PutAsync("file.txt", "hello");
        var folder = await Tree.StatAsync(Scratch, Ct);

        await BytesAsync(At("file.txt"));
        await ListAsync(Scratch);

        Assert.Equal(stored.ETag, (await Tree.StatAsync(At("file.txt"), Ct))!.ETag);
        Assert.Equal(folder!.ETag, (await Tree.StatAsync(Scratch, Ct))!.ETag);
    }
}

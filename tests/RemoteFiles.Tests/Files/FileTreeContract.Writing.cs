using System.Security.Cryptography;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Files;

public abstract partial class FileTreeContract
{
    [Fact]
    public async Task A_write_answers_what_stat_says_afterwards()
    {
        var stored = await PutAsync("file.txt", "hello");

        Same(stored, await Tree.StatAsync(At("file.txt"), Ct));
        Assert.Equal(5, stored.Size);
    }

    [Fact]
    public async Task A_write_takes_a_body_of_unknown_length()
    {
        var bytes = RandomBytes(300_000, seed: 2);

        var stored = await Tree.WriteAsync(At("file.bin"), new() { Body = new MemoryStream(bytes) }, Ct);

        Assert.Equal(300_000, stored.Size);
        Assert.Equal(bytes, await BytesAsync(At("file.bin")));
    }

    [Fact]
    public async Task A_write_without_its_parent_is_parent_not_found()
    {
        await PutAsync("file.txt", "x");

        await FailsAsync(Fault.ParentNotFound, () => PutAsync("missing/file.txt", "x"));
        Assert.Null(await Tree.StatAsync(At("missing"), Ct));
    }

    [Fact]
    public async Task A_write_onto_a_file_without_overwrite_is_refused_and_leaves_it()
    {
        var first = await PutAsync("file.txt", "first");

        await FailsAsync(Fault.AlreadyExists, () => PutAsync("file.txt", "second"));

        Same(first, await Tree.StatAsync(At("file.txt"), Ct));
        Assert.Equal("first", await TextAsync("file.txt"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_onto_a_folder_is_refused_and_leaves_it(bool overwrite)
    {
        await Tree.MakeFolderAsync(At("folder"), Ct);
        await PutAsync("folder/file.txt", "x");

        await FailsAsync(Fault.AlreadyExists, () => PutAsync("folder", "x", overwrite));

        Assert.Equal(["file.txt"], await NamesAsync("folder"));
    }

    [Fact]
    public async Task An_overwrite_replaces_the_content_and_keeps_the_id()
    {
        var first = await PutAsync("file.txt", "first");
        await SeeDifferenceAsync();

        var second = await PutAsync("file.txt", "the second", overwrite: true);

        Assert.Equal(first.Id, second.Id);
        Assert.NotEqual(first.ETag, second.ETag);
        Assert.Equal(10, second.Size);
        Assert.Equal("the second", await TextAsync("file.txt"));
        Assert.Equal(["file.txt"], await NamesAsync());
    }

    [Fact]
    public async Task An_overwrite_where_nothing_is_stores_a_new_file()
    {
        await PutAsync("file.txt", "hello", overwrite: true);

        Assert.Equal("hello", await TextAsync("file.txt"));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_body_of_another_length_than_announced_leaves_what_was_there(int length)
    {
        var before = await PutAsync("file.txt", "before");
        Task Write(string name) => Tree.WriteAsync(At(name), new() { Body = new MemoryStream(Hello), Length = length, Overwrite = true }, Ct);

        await Assert.ThrowsAsync<FaultException>(() => Write("file.txt"));
        await Assert.ThrowsAsync<FaultException>(() => Write("new.txt"));

        Same(before, await Tree.StatAsync(At("file.txt"), Ct));
        Assert.Equal("before", await TextAsync("file.txt"));
        Assert.Equal(["file.txt"], await NamesAsync());
    }

    [Fact]
    public async Task A_body_with_another_checksum_leaves_what_was_there()
    {
        await PutAsync("file.txt", "before");
        Task Write(string name) => Tree.WriteAsync(
            At(name), new() { Body = new MemoryStream(Hello), Length = 5, Overwrite = true, Md5 = MD5.HashData("other"u8) }, Ct);

        await FailsAsync(Fault.PreconditionFailed, () => Write("file.txt"));
        await FailsAsync(Fault.PreconditionFailed, () => Write("new.txt"));

        Assert.Equal("before", await TextAsync("file.txt"));
        Assert.Equal(["file.txt"], await NamesAsync());
    }

    [Fact]
    public async Task A_body_with_the_promised_checksum_is_stored()
    {
        await Tree.WriteAsync(At("file.txt"), new() { Body = new MemoryStream(Hello), Length = 5, Md5 = MD5.HashData(Hello) }, Ct);

        Assert.Equal("hello", await TextAsync("file.txt"));
    }

    [Fact]
    public async Task A_body_that_breaks_leaves_what_was_there()
    {
        await PutAsync("file.txt", "before");
        Task Write(string name) => Tree.WriteAsync(At(name), new() { Body = new BrokenBody(RandomBytes(200_000, 3)), Length = 400_000, Overwrite = true }, Ct);

        await Assert.ThrowsAnyAsync<Exception>(() => Write("file.txt"));
        await Assert.ThrowsAnyAsync<Exception>(() => Write("new.txt"));

        Assert.Equal("before", await TextAsync("file.txt"));
        Assert.Equal(["file.txt"], await NamesAsync());
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_what_was_there()
    {
        await PutAsync("file.txt", "before");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var body = new WaitingBody(RandomBytes(200_000, 4));

        var upload = Tree.WriteAsync(At("file.txt"), new() { Body = body, Length = 400_000, Overwrite = true }, stop.Token);
        await body.Reached.WaitAsync(Ct);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
        Assert.Equal("before", await TextAsync("file.txt"));
        Assert.Equal(["file.txt"], await NamesAsync());
    }

    [Fact]
    public async Task A_reader_goes_on_with_what_it_opened_while_the_file_is_overwritten_or_sees_it_fail()
    {
        var before = RandomBytes(2_000_000, seed: 5);
        await PutAsync(At("file.bin"), before);
        await using var download = await Tree.OpenAsync(At("file.bin"), 0, Ct);
        var start = new byte[1000];
        await download.Body.ReadExactlyAsync(start, Ct);

        await PutAsync(At("file.bin"), RandomBytes(3_000_000, seed: 6), overwrite: true);

        var rest = new MemoryStream();
        try
        {
            await download.Body.CopyToAsync(rest, Ct);
        }
        catch (FaultException)
        {
            return;
        }

        Assert.Equal(before, start.Concat(rest.ToArray()));
    }

    [Fact]
    public async Task The_time_of_modification_is_kept_to_the_second()
    {
        var then = new DateTimeOffset(2019, 2, 3, 4, 5, 6, TimeSpan.Zero);

        var stored = await Tree.WriteAsync(At("old.txt"), new() { Body = new MemoryStream(Hello), Length = 5, ModifiedAt = then }, Ct);

        Assert.Equal(then, stored.ModifiedAt);
        Assert.Equal(then, (await Tree.StatAsync(At("old.txt"), Ct))!.ModifiedAt);
        Assert.Equal(then, Assert.Single(await ListAsync(Scratch)).ModifiedAt);
    }

    [Fact]
    public async Task A_write_without_a_time_is_of_now()
    {
        var stored = await PutAsync("file.txt", "hello");

        Assert.Equal(TimeProvider.System.GetUtcNow(), stored.ModifiedAt!.Value, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task An_etag_changes_with_the_content_even_within_a_second_and_at_the_same_size()
    {
        Assert.SkipUnless(ETagsSeeWithinASecond, "this server makes its ETags of the time in seconds");
        var etags = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            Assert.True(etags.Add((await PutAsync("file.txt", $"text {i}", overwrite: true)).ETag));
        }
    }

    [Fact]
    public async Task The_etags_of_all_folders_above_change_with_what_is_below()
    {
        await Tree.MakeFolderAsync(At("outer"), Ct);
        await Tree.MakeFolderAsync(At("outer/inner"), Ct);
        await Tree.MakeFolderAsync(At("beside"), Ct);
        async Task<string[]> ETags() =>
            [.. await Task.WhenAll(new[] { Scratch, At("outer"), At("outer/inner") }.Select(async folder => (await Tree.StatAsync(folder, Ct))!.ETag))];
        var beside = (await Tree.StatAsync(At("beside"), Ct))!.ETag;
        var seen = await ETags();

        foreach (var change in new Func<Task>[]
                 {
                     () => PutAsync("outer/inner/file.txt", "one"),
                     () => PutAsync("outer/inner/file.txt", "two", overwrite: true),
                     () => Tree.MakeFolderAsync(At("outer/inner/folder"), Ct),
                     () => Tree.MoveAsync(At("outer/inner/file.txt"), At("outer/inner/renamed.txt"), Ct),
                     () => Tree.CopyAsync(At("outer/inner/renamed.txt"), At("outer/inner/copy.txt"), Ct),
                     () => Tree.DeleteAsync(At("outer/inner/copy.txt"), etag: null, Ct),
                 })
        {
            await change();
            var now = await ETags();
            Assert.All(now.Zip(seen), pair => Assert.NotEqual(pair.First, pair.Second));
            seen = now;
        }

        Assert.Equal(beside, (await Tree.StatAsync(At("beside"), Ct))!.ETag);
    }

    [Fact]
    public async Task A_folder_knows_the_size_of_all_below_it_or_says_it_does_not()
    {
        await Tree.MakeFolderAsync(At("outer"), Ct);
        await Tree.MakeFolderAsync(At("outer/inner"), Ct);
        await PutAsync("outer/one.txt", "1");
        await PutAsync("outer/inner/three.txt", "333");

        Assert.Contains((await Tree.StatAsync(At("outer"), Ct))!.Size, new long?[] { 4, null });
    }
}

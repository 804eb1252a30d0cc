using System.Security.Cryptography;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>What the contract of all trees does not ask of a Nextcloud: its trash, its refusals, large files.</summary>
public sealed class RealNextcloudTests : IAsyncLifetime
{
    private const long LargeSize = 200 * 1024 * 1024;

    private readonly FilePath work = FilePath.Root.Child($"bridge-test-{Guid.NewGuid():n}");
    private RealNextcloud nextcloud = null!;

    public static TheoryData<string> Names =>
    [
        "100% & +#.txt", "a%20b.txt", "日本語.md", "é.txt", "a;b=c,d@e:f!$'()*~.txt", "two  spaces", " leading", "trailing ", "dot.",
        "😀.png", "what?.txt", "...", "%2e%2e", "<\"[{|}]\">^`", "<![CDATA[x]]>&amp;", "UPPER", "upper", new string('n', 230),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IFileTree Tree => nextcloud.Remote.Files;

    private ITrash Trash => nextcloud.Remote.Trash;

    public async ValueTask InitializeAsync()
    {
        nextcloud = await RealNextcloud.ConnectAsync();
        await Tree.MakeFolderAsync(work, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (nextcloud is not null)
        {
            await Tree.DeleteAsync(work, null, CancellationToken.None);
            await nextcloud.RemoveFromTrashAsync(work);
            nextcloud.Dispose();
        }
    }

    [Fact]
    public async Task The_hash_that_it_tells_is_that_of_the_bytes_and_changes_no_ETag()
    {
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        var written = await Tree.WriteAsync(work.Child("hashed é.bin"), Upload(bytes), Ct);

        Assert.Equal(SHA256.HashData(bytes), (await Tree.HashAsync(written, Ct))!.Value.ToArray());

        Assert.Equal(written.ETag, (await Tree.StatAsync(written.Path, Ct))!.ETag);
        Assert.Null(await Tree.HashAsync(written with { Path = work.Child("none") }, Ct));
    }

    [Fact]
    public async Task Many_that_are_asked_about_at_once_are_told_as_each_is_alone()
    {
        var known = new List<Entry>();
        for (var number = 1; number <= 20; number++)
        {
            known.Add(await Tree.WriteAsync(work.Child($"é & {number}.bin"), Upload(new byte[number]), Ct));
        }

        await Tree.DeleteAsync(known[^1].Path, null, Ct);

        var now = await Task.WhenAll(known.Select(entry => Tree.StatAgainAsync(entry, Ct)));

        Assert.Equal([.. known[..^1].Select(entry => (entry.Id, entry.ETag, entry.Size)), default], now.Select(entry => entry is null ? default : (entry.Id, entry.ETag, entry.Size)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_file_of_any_name_is_stored_listed_read_copied_moved_and_deleted(string name)
    {
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        var path = work.Child(name);

        var then = DateTimeOffset.FromUnixTimeSeconds(1546300800);
        var written = await Tree.WriteAsync(path, Upload(bytes) with { Md5 = MD5.HashData(bytes), ModifiedAt = then }, Ct);
        Assert.Equal((path, false, 100_000L, then), (written.Path, written.IsFolder, written.Size, written.ModifiedAt));
        Assert.Equal([written], await Tree.ListAsync(work, Ct).ReadAllAsync());
        Assert.Equal(Fault.AlreadyExists, await FaultAsync(() => Tree.WriteAsync(path, Upload(bytes), Ct)));

        await using (var rest = await Tree.OpenAsync(path, 99_000, Ct))
        {
            Assert.Equal(bytes[99_000..], await BytesAsync(rest.Body));
        }

        var folder = await Tree.MakeFolderAsync(work.Child("into " + name[..Math.Min(name.Length, 200)]), Ct);
        var copy = folder.Path.Child(name);
        await Tree.CopyAsync(path, copy, Ct);
        await using (var copied = await Tree.OpenAsync(copy, 0, Ct))
        {
            Assert.Equal(bytes, await BytesAsync(copied.Body));
        }

        Assert.Equal(Fault.AlreadyExists, await FaultAsync(() => Tree.MoveAsync(path, copy, Ct)));
        await Tree.DeleteAsync(copy, null, Ct);
        await Tree.MoveAsync(path, copy, Ct);
        var moved = await Tree.StatAsync(copy, Ct);
        Assert.Equal((written.Id, written.ETag), (moved!.Id, moved.ETag));
        Assert.Null(await Tree.StatAsync(path, Ct));
        Assert.Equal(Fault.PreconditionFailed, await FaultAsync(() => Tree.DeleteAsync(copy, "\"other\"", Ct)));
        await Tree.DeleteAsync(copy, moved.ETag, Ct);
        await Tree.DeleteAsync(folder.Path, (await Tree.StatAsync(folder.Path, Ct))!.ETag, Ct);
        Assert.Empty(await Tree.ListAsync(work, Ct).ReadAllAsync());
    }

    [Fact]
    public async Task A_folder_of_all_names_is_listed_under_them()
    {
        foreach (var row in Names)
        {
            await Tree.MakeFolderAsync(work.Child(row.Data), Ct);
        }

        var listed = await Tree.ListAsync(work, Ct).ReadAllAsync();

        Assert.Equal(Names.Select(row => row.Data).Order(StringComparer.Ordinal), listed.Select(entry => entry.Path.Name).Order(StringComparer.Ordinal));
        Assert.All(listed, entry => Assert.True(entry is { IsFolder: true, Size: 0 }));
    }

    [Fact]
    public async Task A_decomposed_name_is_found_again_and_listed_composed()
    {
        var stored = await Tree.WriteAsync(work.Child("e\u0301.txt"), Upload([1]), Ct);

        Assert.Equal(stored.Id, (await Tree.StatAsync(work.Child("\u00e9.txt"), Ct))!.Id);
        Assert.Equal("\u00e9.txt", Assert.Single(await Tree.ListAsync(work, Ct).ReadAllAsync()).Path.Name);
        Assert.Equal(Fault.AlreadyExists, await FaultAsync(() => Tree.WriteAsync(work.Child("\u00e9.txt"), Upload([2]), Ct)));
    }

    [Theory]
    [InlineData(".htaccess")]
    [InlineData("back\\slash")]
    [InlineData("tab\there")]
    public async Task A_name_that_Nextcloud_does_not_take_is_invalid(string name)
    {
        Assert.Equal(Fault.Invalid, await FaultAsync(() => Tree.WriteAsync(work.Child(name), Upload([1]), Ct)));
        Assert.Equal(Fault.Invalid, await FaultAsync(() => Tree.MakeFolderAsync(work.Child(name), Ct)));
    }

    [Fact]
    public async Task A_large_file_goes_up_and_comes_down_the_same()
    {
        var seed = RandomNumberGenerator.GetBytes(1024 * 1024);
        var path = work.Child("large.bin");
        using (var source = new RepeatingStream(seed, LargeSize))
        {
            var written = await Tree.WriteAsync(path, new Upload { Body = source, Length = LargeSize }, Ct);
            Assert.Equal(LargeSize, written.Size);
        }

        await using var download = await Tree.OpenAsync(path, 0, Ct);
        using var same = new RepeatingStream(seed, LargeSize);

        Assert.Equal(await SHA256.HashDataAsync(same, Ct), await SHA256.HashDataAsync(download.Body, Ct));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70_000)]
    public async Task A_body_of_unknown_length_is_stored_whole(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);

        var written = await Tree.WriteAsync(work.Child("spooled"), Upload(bytes) with { Length = null }, Ct);
        await using var download = await Tree.OpenAsync(written.Path, 0, Ct);

        Assert.Equal(bytes, await BytesAsync(download.Body));
    }

    [Theory]
    [InlineData(3_000_000, 2_999_999)]
    [InlineData(2_999_999, 3_000_000)]
    public async Task A_broken_upload_leaves_nothing_and_a_broken_overwrite_what_was_there(int bytes, int announced)
    {
        var broken = Upload(new byte[bytes]) with { Length = announced, Overwrite = true };
        Assert.Equal(Fault.PreconditionFailed, await FaultAsync(() => Tree.WriteAsync(work.Child("new"), broken, Ct)));
        var old = await Tree.WriteAsync(work.Child("old"), Upload([1, 2, 3]), Ct);
        Assert.Equal(Fault.PreconditionFailed, await FaultAsync(() => Tree.WriteAsync(old.Path, broken with { Body = new MemoryStream(new byte[bytes]) }, Ct)));

        Assert.Equal([old], await Tree.ListAsync(work, Ct).ReadAllAsync());
        await using var download = await Tree.OpenAsync(old.Path, 0, Ct);
        Assert.Equal([1, 2, 3], await BytesAsync(download.Body));
    }

    [Fact]
    public async Task What_is_wrong_is_told_as_it_is()
    {
        var file = (await Tree.WriteAsync(work.Child("file"), Upload([1]), Ct)).Path;
        var folder = (await Tree.MakeFolderAsync(work.Child("folder"), Ct)).Path;
        var missing = work.Child("missing");

        Assert.Null(await Tree.StatAsync(missing, Ct));
        Assert.Equal(Fault.NotFound, await FaultAsync(() => Tree.ListAsync(missing, Ct).ReadAllAsync()));
        Assert.Equal(Fault.NotFound, await FaultAsync(() => Tree.ListAsync(file, Ct).ReadAllAsync()));
        Assert.Equal(Fault.NotFound, await FaultAsync(() => Tree.OpenAsync(folder, 0, Ct)));
        Assert.Equal(Fault.NotFound, await FaultAsync(() => Tree.DeleteAsync(missing, null, Ct)));
        Assert.Equal(Fault.NotFound, await FaultAsync(() => Tree.DeleteAsync(missing, "\"x\"", Ct)));
        Assert.Equal(Fault.NotFound, await FaultAsync(() => Tree.MoveAsync(missing, work.Child("other"), Ct)));
        Assert.Equal(Fault.ParentNotFound, await FaultAsync(() => Tree.MoveAsync(file, missing.Child("x"), Ct)));
        Assert.Equal(Fault.ParentNotFound, await FaultAsync(() => Tree.CopyAsync(folder, file.Child("x"), Ct)));
        Assert.Equal(Fault.ParentNotFound, await FaultAsync(() => Tree.MakeFolderAsync(missing.Child("x"), Ct)));
        Assert.Equal(Fault.ParentNotFound, await FaultAsync(() => Tree.WriteAsync(missing.Child("x"), Upload([1]), Ct)));
        Assert.Equal(Fault.ParentNotFound, await FaultAsync(() => Tree.WriteAsync(file.Child("x"), Upload([1]), Ct)));
        Assert.Equal(Fault.AlreadyExists, await FaultAsync(() => Tree.MakeFolderAsync(file, Ct)));
        Assert.Equal(Fault.AlreadyExists, await FaultAsync(() => Tree.MakeFolderAsync(FilePath.Root, Ct)));
        Assert.Equal(Fault.AlreadyExists, await FaultAsync(() => Tree.WriteAsync(folder, Upload([1]) with { Overwrite = true }, Ct)));
        Assert.Equal(Fault.AlreadyExists, await FaultAsync(() => Tree.MoveAsync(file, file, Ct)));
        Assert.Equal(Fault.Malformed, await FaultAsync(() => Tree.CopyAsync(folder, folder.Child("deeper"), Ct)));
        Assert.Equal(Fault.Invalid, await FaultAsync(() => Tree.OpenAsync(file, 2, Ct)));
        Assert.Equal(Fault.Forbidden, await FaultAsync(() => Tree.DeleteAsync(FilePath.Root, null, Ct)));
    }

    [Fact]
    public async Task The_home_of_somebody_else_is_no_empty_folder()
    {
        var other = nextcloud.TreeOf("admin");

        Assert.Equal(Fault.BadGateway, await FaultAsync(() => other.ListAsync(FilePath.Root, Ct).ReadAllAsync()));
    }

    [Fact]
    public async Task A_deleted_folder_is_listed_in_the_trash_and_restored_with_all_in_it()
    {
        var folder = (await Tree.MakeFolderAsync(work.Child("100% & +#"), Ct)).Path;
        var inner = (await Tree.MakeFolderAsync(folder.Child("a%20b"), Ct)).Path;
        await Tree.WriteAsync(inner.Child("日本語.md"), Upload([1, 2, 3]), Ct);
        await Tree.DeleteAsync(folder, null, Ct);

        var item = Assert.Single(await Trash.ListAsync(FilePath.Root, Ct).ReadAllAsync(), item => item.From == folder);
        Assert.Equal(("100% & +#", true), (item.Name, item.Entry.IsFolder));
        var below = Assert.Single(await Trash.ListAsync(item.Entry.Path, Ct).ReadAllAsync());
        var file = Assert.Single(await Trash.ListAsync(below.Entry.Path, Ct).ReadAllAsync());
        Assert.Equal(("a%20b", "日本語.md", 3L, inner.Child("日本語.md")), (below.Name, file.Name, file.Entry.Size, file.From));

        await Tree.MakeFolderAsync(folder, Ct);
        Assert.Equal(Fault.AlreadyExists, await FaultAsync(() => Trash.RestoreAsync(item.Entry.Path, Ct)));
        await Tree.MoveAsync(folder, work.Child("away"), Ct);
        await Trash.RestoreAsync(item.Entry.Path, Ct);

        Assert.Equal(3, (await Tree.StatAsync(inner.Child("日本語.md"), Ct))!.Size);
        Assert.Equal(Fault.NotFound, await FaultAsync(() => Trash.RestoreAsync(item.Entry.Path, Ct)));
        Assert.Equal(Fault.NotFound, await FaultAsync(() => Trash.DeleteAsync(item.Entry.Path, Ct)));
        Assert.Equal(Fault.NotFound, await FaultAsync(() => Trash.ListAsync(item.Entry.Path, Ct).ReadAllAsync()));
    }

    private static Upload Upload(byte[] bytes) => new() { Body = new MemoryStream(bytes), Length = bytes.Length };

    private static async Task<Fault> FaultAsync(Func<Task> act) => (await Assert.ThrowsAsync<FaultException>(act)).Fault;

    private static async Task<byte[]> BytesAsync(Stream body)
    {
        using var all = new MemoryStream();
        await body.CopyToAsync(all, Ct);
        return all.ToArray();
    }

    /// <summary>The same bytes over and over, up to a length.</summary>
    private sealed class RepeatingStream(byte[] seed, long length) : MemoryStream(seed, writable: false)
    {
        private long given;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Position %= Capacity;
            var count = Read(buffer.Span[..(int)Math.Min(length - given, buffer.Length)]);
            given += count;
            return new(count);
        }
    }
}

using System.Security.Cryptography;
using RemoteFiles.Files;
using RemoteFiles.Tests.Files;
using Shared.Faults;
using Tests.Storage;

namespace RemoteFiles.Tests.Drive;

public sealed class DriveEntryTests : DriveTests
{
    private static readonly DateTimeOffset Then = new(2020, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task The_root_and_the_trash_are_there_from_the_start()
    {
        var root = await Drive.FindAsync(ICozyDrive.RootId, Ct);
        var trash = await Drive.FindAsync(ICozyDrive.TrashId, Ct);

        Assert.Equal((ICozyDrive.RootId, "", "/", true), (root!.Id, root.Cozy!.ParentId, root.Path.ToString(), root.IsFolder));
        Assert.Equal((ICozyDrive.TrashId, ICozyDrive.RootId, "/.cozy_trash", true), (trash!.Id, trash.Cozy!.ParentId, trash.Path.ToString(), trash.IsFolder));
        Assert.Null(await Drive.FindAsync("missing", Ct));
    }

    [Fact]
    public async Task A_file_has_all_its_facts()
    {
        var folder = await Drive.EnsureFolderAsync(At("/a/b"), Ct);
        var upload = new Upload
        {
            Body = new MemoryStream("hello"u8.ToArray()),
            ContentType = "text/x-special; charset=utf-8",
            CreatedAt = Then.AddDays(-1),
            ModifiedAt = Then,
            Origin = new("account", "205", "\"etag\""),
            Creator = "drive",
            Executable = true,
        };

        var stored = await Drive.WriteAsync(At("/a/b/file"), upload, Ct);

        var entry = (await Drive.FindAsync(stored.Id, Ct))!;
        Assert.Equal(stored.Path, entry.Path);
        Assert.Matches("^[0-9a-f]{32}$", entry.Id);
        Assert.Matches("^\"[0-9a-f]{32}\"$", entry.ETag);
        Assert.Equal(MD5.HashData("hello"u8), entry.Md5.ToArray());
        Assert.Equal(SHA256.HashData("hello"u8), entry.Sha256.ToArray());
        Assert.Equal((upload.ContentType, Then, upload.Origin), (entry.ContentType, entry.ModifiedAt, entry.Origin));
        var cozy = entry.Cozy!;
        Assert.Equal((folder.Id, Then.AddDays(-1), "drive"), (cozy.ParentId, cozy.CreatedAt, cozy.Creator));
        Assert.Equal((true, false, false), (cozy.Executable, cozy.Trashed, cozy.Encrypted));
        Assert.Matches("^1-[0-9a-f]{32}$", cozy.Rev);
        Assert.Equal(TimeProvider.System.GetUtcNow(), cozy.StoredAt, TimeSpan.FromMinutes(1));
        Assert.True(cozy.FileId > 0);
    }

    [Fact]
    public async Task A_file_is_never_created_after_it_was_modified()
    {
        var stored = await Drive.WriteAsync(At("/file"), new() { Body = Stream.Null, ModifiedAt = Then }, Ct);
        Assert.Equal(Then, stored.Cozy!.CreatedAt);

        await Drive.TouchAsync(stored.Id, Then.AddDays(-1), Ct);
        Assert.Equal(Then.AddDays(-1), (await StatAsync("/file")).Cozy!.CreatedAt);
    }

    [Fact]
    public async Task An_overwrite_keeps_id_number_and_creation_and_is_the_next_revision()
    {
        var first = await Drive.WriteAsync(At("/file.txt"), new() { Body = Stream.Null, CreatedAt = Then, ModifiedAt = Then, Origin = new("a", "b", "c") }, Ct);

        var second = await PutAsync("/file.txt", "hello", overwrite: true);

        Assert.Equal((first.Id, first.Cozy!.FileId, Then), (second.Id, second.Cozy!.FileId, second.Cozy.CreatedAt));
        Assert.StartsWith("2-", second.Cozy.Rev, StringComparison.Ordinal);
        Assert.Null(second.Origin);
    }

    [Fact]
    public async Task Touching_changes_the_date_and_tells_the_folders_above()
    {
        await Drive.MakeFolderAsync(At("/a"), Ct);
        var before = await PutAsync("/a/file.txt", "hello");
        var folder = await StatAsync("/a");

        await Drive.TouchAsync(before.Id, Then, Ct);

        var after = await StatAsync("/a/file.txt");
        Assert.Equal((Then, "hello"), (after.ModifiedAt, await TextAsync("/a/file.txt")));
        Assert.NotEqual(before.Cozy!.Rev, after.Cozy!.Rev);
        Assert.NotEqual(folder.ETag, (await StatAsync("/a")).ETag);
        await FailsAsync(Fault.NotFound, () => Drive.TouchAsync("missing", Then, Ct));
    }

    [Fact]
    public async Task A_number_is_unique_over_all_users_and_never_used_again()
    {
        var numbers = new HashSet<long>();
        foreach (var instance in new[] { "one", "two" })
        {
            var drive = Test.Store.Open(instance);
            for (var i = 0; i < 3; i++)
            {
                var entry = await drive.MakeFolderAsync(At("/folder"), Ct);
                Assert.True(numbers.Add(entry.Cozy!.FileId));
                await drive.DeleteAsync(At("/folder"), null, Ct);
                await drive.EmptyAsync(Ct);
            }
        }
    }

    [Fact]
    public async Task Another_tenant_sees_nothing()
    {
        var file = await PutAsync("/file.txt", "hello");
        var other = Test.Store.Open("bob.localhost:8080");

        Assert.Null(await other.StatAsync(At("/file.txt"), Ct));
        Assert.Null(await other.FindAsync(file.Id, Ct));
        Assert.Empty(await other.ListAsync(FilePath.Root, Ct).ToListAsync(Ct));
        Assert.Equal(0, (await other.ListPageAsync(ICozyDrive.RootId, null, 0, 10, Ct)).Total);
        Assert.Equal(0, (await other.GetSpaceAsync(Ct)).Used);
        await FailsAsync(Fault.NotFound, () => other.OpenAsync(At("/file.txt"), 0, Ct));
        await FailsAsync(Fault.NotFound, () => other.DeleteAsync(At("/file.txt"), null, Ct));
        await FailsAsync(Fault.NotFound, () => other.TouchAsync(file.Id, Then, Ct));
        await other.EmptyAsync(Ct);
        Assert.Equal("hello", await TextAsync("/file.txt"));
    }

    [Fact]
    public async Task Names_are_unique_by_their_bytes_over_files_and_folders()
    {
        await PutAsync("/é", "composed");
        await Drive.MakeFolderAsync(At("/e\u0301"), Ct);
        await PutAsync("/É", "upper");

        await FailsAsync(Fault.AlreadyExists, () => Drive.MakeFolderAsync(At("/é"), Ct));
        await FailsAsync(Fault.AlreadyExists, () => PutAsync("/e\u0301", "x", overwrite: true));
        Assert.Equal(["e\u0301", "É", "é"], await NamesAsync("/"));
    }

    [Fact]
    public async Task Names_and_depths_that_the_Cozy_cannot_have_are_invalid()
    {
        Assert.SkipWhen(TestEngine.IsPostgres, "each of 511 levels touches all above it: 130,000 versions of rows");
        var deepest = FilePath.Parse(string.Concat(Enumerable.Repeat("/d", 511)));
        await FailsAsync(Fault.Invalid, () => PutAsync("/line\nbreak", "x"));
        await FailsAsync(Fault.Invalid, () => Drive.MakeFolderAsync(At("/line\rbreak"), Ct));
        await Drive.EnsureFolderAsync(deepest, Ct);
        await Drive.EnsureFolderAsync(At("/a/b"), Ct);

        foreach (var command in new[]
                 {
                     () => Drive.MakeFolderAsync(deepest.Child("d"), Ct),
                     () => Drive.EnsureFolderAsync(deepest.Child("d"), Ct),
                     () => Drive.MoveAsync(At("/a"), deepest.Parent.Child("a"), Ct),
                     () => Drive.CopyAsync(At("/a"), deepest.Parent.Child("a"), Ct),
                 })
        {
            var fault = await FailsAsync(Fault.Invalid, command);
            Assert.Equal(("Invalid path: too many levels", "path"), (fault.Message, fault.Parameter));
        }

        Assert.Equal(deepest, (await Drive.FindAsync((await Drive.StatAsync(deepest, Ct))!.Id, Ct))!.Path);
        await Drive.DeleteAsync(At("/d"), null, Ct);
        await Drive.EmptyAsync(Ct);
        Assert.Equal(["a"], await NamesAsync("/"));
    }

    [Fact]
    public async Task A_folder_is_ensured_with_its_parents_and_once()
    {
        var made = await Drive.EnsureFolderAsync(At("/a/b/c"), Ct);

        Assert.Equal(made.Id, (await Drive.EnsureFolderAsync(At("/a/b/c"), Ct)).Id);
        Assert.Equal(made.Cozy!.ParentId, (await StatAsync("/a/b")).Id);
        Assert.Equal(ICozyDrive.RootId, (await Drive.EnsureFolderAsync(FilePath.Root, Ct)).Id);
        await PutAsync("/a/file", "x");
        var fault = await FailsAsync(Fault.Conflict, () => Drive.EnsureFolderAsync(At("/a/file/below"), Ct));
        Assert.Equal("Conflict access to same file or directory", fault.Message);
        await FailsAsync(Fault.Conflict, () => Drive.EnsureFolderAsync(At("/a/file"), Ct));
    }

    [Fact]
    public async Task Many_who_ensure_one_folder_get_the_same()
    {
        var ensured = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Drive.EnsureFolderAsync(At("/a/b/c"), Ct))));

        Assert.Single(ensured.Select(entry => entry.Id).Distinct());
    }

    [Theory]
    [InlineData("", "text/markdown")]
    [InlineData("application/octet-stream", "text/markdown")]
    [InlineData("text/html", "text/html")]
    public async Task A_content_type_is_told_from_the_name_when_the_sender_does_not_know(string sent, string stored)
    {
        var entry = await Drive.WriteAsync(At("/a.md"), new() { Body = Stream.Null, ContentType = sent }, Ct);

        Assert.Equal(stored, entry.ContentType);
    }

    [Fact]
    public async Task A_rename_to_another_extension_tells_another_content_type()
    {
        await Drive.WriteAsync(At("/upload.part"), new() { Body = Stream.Null }, Ct);
        await Drive.MoveAsync(At("/upload.part"), At("/photo.jpg"), Ct);
        Assert.Equal("image/jpeg", (await StatAsync("/photo.jpg")).ContentType);

        await Drive.MoveAsync(At("/photo.jpg"), At("/photo.backup"), Ct);
        Assert.Equal("image/jpeg", (await StatAsync("/photo.backup")).ContentType);
    }

    [Fact]
    public async Task Refusals_have_the_words_of_the_contract()
    {
        await PutAsync("/file.txt", "hello");

        Assert.Equal("file already exists", (await FailsAsync(Fault.AlreadyExists, () => PutAsync("/file.txt", "x"))).Message);
        Assert.Equal("file does not exist", (await FailsAsync(Fault.NotFound, () => Drive.DeleteAsync(At("/x"), null, Ct))).Message);
        Assert.Equal("parent directory does not exist", (await FailsAsync(Fault.ParentNotFound, () => PutAsync("/x/y", "x"))).Message);
        var length = await FailsAsync(Fault.PreconditionFailed, () => Drive.WriteAsync(At("/x"), new() { Body = Stream.Null, Length = 1 }, Ct));
        Assert.Equal(("Content length does not match", "Content-Length"), (length.Message, length.Parameter));
        var hash = await FailsAsync(Fault.PreconditionFailed, () => Drive.WriteAsync(At("/x"), new() { Body = Stream.Null, Md5 = new byte[16] }, Ct));
        Assert.Equal(("Invalid hash", "Content-MD5"), (hash.Message, hash.Parameter));
        await FailsAsync(Fault.Malformed, () => Drive.OpenAsync(At("/file.txt"), 6, Ct));
        await FailsAsync(Fault.Forbidden, () => Drive.MoveAsync(FilePath.Root, At("/x"), Ct));
        await FailsAsync(Fault.Malformed, () => Drive.CopyAsync(At("/file.txt"), At("/file.txt/x"), Ct));
    }

    [Fact]
    public async Task Many_writers_at_once_lose_nothing()
    {
        await Seed.RunAsync(1, async random =>
        {
            var folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Drive.EnsureFolderAsync(At($"/a/{i}"), Ct)));
            var sizes = Enumerable.Range(0, 200).Select(_ => random.Next(1000)).ToArray();

            await Parallel.ForAsync(0, sizes.Length, Ct, async (i, ct) =>
                await Drive.WriteAsync(folders[i % 4].Path.Child($"{i}"), new() { Body = new MemoryStream(new byte[sizes[i]]) }, ct));

            Assert.Equal(sizes.Sum(), (await StatAsync("/")).Size);
            Assert.Equal(50, (await NamesAsync("/a/1")).Length);
            Assert.Equal((await StatAsync("/")).ETag, (await StatAsync("/a")).ETag);
        });
    }
}

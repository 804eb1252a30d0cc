using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Files;

public abstract partial class FileTreeContract
{
    [Fact]
    public async Task A_folder_is_made_once()
    {
        await Tree.MakeFolderAsync(At("folder"), Ct);
        await PutAsync("file.txt", "x");

        await FailsAsync(Fault.AlreadyExists, () => Tree.MakeFolderAsync(At("folder"), Ct));
        await FailsAsync(Fault.AlreadyExists, () => Tree.MakeFolderAsync(At("file.txt"), Ct));
        Assert.Equal(["file.txt", "folder"], await NamesAsync());
    }

    [Fact]
    public async Task A_folder_without_its_parent_is_parent_not_found() =>
        await FailsAsync(Fault.ParentNotFound, () => Tree.MakeFolderAsync(At("missing/folder"), Ct));

    [Fact]
    public async Task A_deleted_file_is_gone_and_its_name_is_free()
    {
        await PutAsync("file.txt", "first");
        await Tree.DeleteAsync(At("file.txt"), etag: null, Ct);
        Assert.Null(await Tree.StatAsync(At("file.txt"), Ct));

        await PutAsync("file.txt", "second");
        await Tree.DeleteAsync(At("file.txt"), etag: null, Ct);

        Assert.Empty(await ListAsync(Scratch));
    }

    [Fact]
    public async Task A_deleted_folder_is_gone_with_all_below_it()
    {
        await Tree.MakeFolderAsync(At("folder"), Ct);
        await Tree.MakeFolderAsync(At("folder/deeper"), Ct);
        await PutAsync("folder/deeper/file.txt", "x");

        await Tree.DeleteAsync(At("folder"), etag: null, Ct);

        Assert.Null(await Tree.StatAsync(At("folder/deeper/file.txt"), Ct));
        Assert.Empty(await ListAsync(Scratch));
    }

    [Fact]
    public async Task Deleting_something_missing_is_not_found()
    {
        await FailsAsync(Fault.NotFound, () => Tree.DeleteAsync(At("missing"), etag: null, Ct));

        // A server may look at the condition first, which cannot hold (RFC 9110 section 13.1.1).
        var conditional = await Assert.ThrowsAsync<FaultException>(() => Tree.DeleteAsync(At("missing"), "\"any\"", Ct));
        Assert.Contains(conditional.Fault, new[] { Fault.NotFound, Fault.PreconditionFailed });
    }

    [Fact]
    public async Task Deleting_the_root_is_forbidden()
    {
        Assert.SkipUnless(RootIsExpendable, "a failure would empty a real account");

        await FailsAsync(Fault.Forbidden, () => Tree.DeleteAsync(FilePath.Root, etag: null, Ct));
        Assert.NotNull(await Tree.StatAsync(Scratch, Ct));
    }

    [Fact]
    public async Task A_conditional_delete_happens_only_with_the_etag_of_now()
    {
        var first = await PutAsync("file.txt", "first");
        await SeeDifferenceAsync();
        var second = await PutAsync("file.txt", "second", overwrite: true);

        await FailsAsync(Fault.PreconditionFailed, () => Tree.DeleteAsync(At("file.txt"), first.ETag, Ct));
        Assert.Equal("second", await TextAsync("file.txt"));

        await Tree.DeleteAsync(At("file.txt"), second.ETag, Ct);
        Assert.Empty(await ListAsync(Scratch));
    }

    [Fact]
    public async Task A_moved_file_keeps_its_id_content_and_time()
    {
        var then = new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await Tree.MakeFolderAsync(At("folder"), Ct);
        var before = await Tree.WriteAsync(At("file.txt"), new() { Body = new MemoryStream(Hello), Length = 5, ModifiedAt = then }, Ct);

        await Tree.MoveAsync(At("file.txt"), At("folder/renamed.txt"), Ct);

        var after = await Tree.StatAsync(At("folder/renamed.txt"), Ct);
        Assert.Equal((before.Id, before.ETag, then), (after!.Id, after.ETag, after.ModifiedAt));
        Assert.Equal("hello", await TextAsync("folder/renamed.txt"));
        Assert.Equal(["folder"], await NamesAsync());
    }

    [Fact]
    public async Task A_moved_folder_takes_all_below_it_along()
    {
        await Tree.MakeFolderAsync(At("from"), Ct);
        await Tree.MakeFolderAsync(At("from/deeper"), Ct);
        var file = await PutAsync("from/deeper/file.txt", "hello");
        await Tree.MakeFolderAsync(At("to"), Ct);

        await Tree.MoveAsync(At("from"), At("to/moved"), Ct);

        Assert.Equal(file.Id, (await Tree.StatAsync(At("to/moved/deeper/file.txt"), Ct))!.Id);
        Assert.Equal(["to"], await NamesAsync());
    }

    [Fact]
    public async Task A_rename_may_change_the_case_alone()
    {
        await PutAsync("readme.txt", "hello");

        await Tree.MoveAsync(At("readme.txt"), At("README.txt"), Ct);

        Assert.Equal(["README.txt"], await NamesAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_move_or_copy_onto_something_is_refused_and_leaves_both(bool copy)
    {
        await PutAsync("from.txt", "from");
        await PutAsync("to.txt", "to");
        await Tree.MakeFolderAsync(At("folder"), Ct);

        await FailsAsync(Fault.AlreadyExists, () => MoveOrCopyAsync(copy, "from.txt", "to.txt"));
        await FailsAsync(Fault.AlreadyExists, () => MoveOrCopyAsync(copy, "from.txt", "folder"));
        await FailsAsync(Fault.AlreadyExists, () => MoveOrCopyAsync(copy, "folder", "to.txt"));

        Assert.Equal("from", await TextAsync("from.txt"));
        Assert.Equal("to", await TextAsync("to.txt"));
        Assert.Equal(["folder", "from.txt", "to.txt"], await NamesAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_move_or_copy_of_something_missing_is_not_found(bool copy) =>
        await FailsAsync(Fault.NotFound, () => MoveOrCopyAsync(copy, "missing", "to"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_move_or_copy_into_a_folder_that_is_missing_is_parent_not_found(bool copy)
    {
        await PutAsync("file.txt", "hello");

        await FailsAsync(Fault.ParentNotFound, () => MoveOrCopyAsync(copy, "file.txt", "missing/file.txt"));

        Assert.Equal("hello", await TextAsync("file.txt"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_cannot_go_into_itself(bool copy)
    {
        await Tree.MakeFolderAsync(At("folder"), Ct);
        await Tree.MakeFolderAsync(At("folder/deeper"), Ct);

        await FailsAsync(Fault.Malformed, () => MoveOrCopyAsync(copy, "folder", "folder/deeper/folder"));

        Assert.Equal(["deeper"], await NamesAsync("folder"));
        Assert.Empty(await NamesAsync("folder/deeper"));
    }

    [Fact]
    public async Task A_name_that_begins_like_the_source_is_not_inside_it()
    {
        await Tree.MakeFolderAsync(At("folder"), Ct);

        await Tree.MoveAsync(At("folder"), At("folder 2"), Ct);
        await Tree.CopyAsync(At("folder 2"), At("folder 2 copy"), Ct);

        Assert.Equal(["folder 2", "folder 2 copy"], await NamesAsync());
    }

    [Fact]
    public async Task A_copy_is_another_file_with_the_same_content()
    {
        var original = await PutAsync("file.txt", "hello");

        await Tree.CopyAsync(At("file.txt"), At("copy.txt"), Ct);
        await PutAsync("file.txt", "changed", overwrite: true);

        var copy = await Tree.StatAsync(At("copy.txt"), Ct);
        Assert.NotEqual(original.Id, copy!.Id);
        Assert.Equal("hello", await TextAsync("copy.txt"));
        await Tree.DeleteAsync(At("file.txt"), etag: null, Ct);
        Assert.Equal("hello", await TextAsync("copy.txt"));
    }

    [Fact]
    public async Task A_copied_folder_is_deep()
    {
        await Tree.MakeFolderAsync(At("from"), Ct);
        await Tree.MakeFolderAsync(At("from/deeper"), Ct);
        await Tree.MakeFolderAsync(At("from/empty"), Ct);
        await PutAsync("from/deeper/file.txt", "hello");

        await Tree.CopyAsync(At("from"), At("to"), Ct);
        await Tree.DeleteAsync(At("from"), etag: null, Ct);

        Assert.Equal(["deeper", "empty"], await NamesAsync("to"));
        Assert.Equal("hello", await TextAsync("to/deeper/file.txt"));
    }

    [Theory]
    [InlineData("100% & +#.txt")]
    [InlineData("a%20b.txt")]
    [InlineData("%2525.txt")]
    [InlineData("日本語.md")]
    [InlineData("😀 🏳️‍🌈.jpg")]
    [InlineData(".hidden")]
    [InlineData("..two dots")]
    [InlineData("name.")]
    [InlineData("semi;colon=question?.txt")]
    [InlineData("quote\"s 'and' <angles> & [brackets] {braces}.txt")]
    [InlineData("back\\slash|pipe*star:colon.txt")]
    [InlineData(" leading.txt")]
    [InlineData("trailing ")]
    public async Task Any_name_works_with_every_command(string name)
    {
        Assert.SkipWhen(name[^1] == ' ' && !TakesTrailingSpaces, "this server refuses names that end in a space");
        Assert.SkipWhen(name.Contains('\\', StringComparison.Ordinal) && !TakesBackslashes, "this server refuses backslashes");

        await Tree.MakeFolderAsync(At(name), Ct);
        await PutAsync($"{name}/{name}", "hello");
        await Tree.CopyAsync(At($"{name}/{name}"), At($"{name}/2{name}"), Ct);
        await Tree.MoveAsync(At($"{name}/{name}"), At($"{name}/3{name}"), Ct);

        Assert.Equal([name], await NamesAsync());
        Assert.Equal(["2" + name, "3" + name], await NamesAsync(name));
        Assert.Equal("hello", await TextAsync($"{name}/3{name}"));
        Assert.Equal(name, (await Tree.StatAsync(At(name), Ct))!.Path.Name);
        await Tree.DeleteAsync(At($"{name}/2{name}"), etag: null, Ct);
        Assert.Equal(["3" + name], await NamesAsync(name));
    }

    [Theory]
    [InlineData("a", 200)]
    [InlineData("é", 100)]
    [InlineData("語", 66)]
    [InlineData("😀", 50)]
    public async Task Names_of_200_bytes_work(string letter, int times)
    {
        var name = string.Concat(Enumerable.Repeat(letter, times));

        await PutAsync(name, "hello");

        Assert.Equal([name], await NamesAsync());
        Assert.Equal("hello", await TextAsync(name));
    }

    [Fact]
    public async Task Composed_and_decomposed_letters_are_two_names_or_one()
    {
        const string composed = "caf\u00e9.txt";
        const string decomposed = "cafe\u0301.txt";
        await PutAsync(composed, "composed");

        if (KeepsUnicodeForms)
        {
            await PutAsync(decomposed, "decomposed");
            Assert.Equal([decomposed, composed], await NamesAsync());
            Assert.Equal("composed", await TextAsync(composed));
            Assert.Equal("decomposed", await TextAsync(decomposed));
        }
        else
        {
            await FailsAsync(Fault.AlreadyExists, () => PutAsync(decomposed, "decomposed"));
            Assert.Single(await NamesAsync());
        }
    }

    [Fact]
    public async Task Upper_and_lower_case_are_two_names()
    {
        await PutAsync("File.txt", "upper");
        await PutAsync("file.txt", "lower");

        Assert.Equal("upper", await TextAsync("File.txt"));
        Assert.Equal("lower", await TextAsync("file.txt"));
    }

    private Task MoveOrCopyAsync(bool copy, string from, string to) =>
        copy ? Tree.CopyAsync(At(from), At(to), Ct) : Tree.MoveAsync(At(from), At(to), Ct);
}

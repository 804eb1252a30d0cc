using System.Text;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>What is sent, and what is made of the bytes that a Nextcloud 32.0.1 answered.</summary>
public sealed class RecordedTreeTests : IAsyncDisposable
{
    private static readonly FilePath Documents = FilePath.Parse("/Documents");
    private static readonly FilePath Hello = FilePath.Parse("/Documents/hello.txt");
    private static readonly FilePath Missing = FilePath.Parse("/Documents/nope.txt");

    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task A_folder_is_listed_with_the_names_of_its_addresses_and_without_itself()
    {
        nextcloud.Server.Then("16-list");

        var entries = await nextcloud.Tree.ListAsync(Documents, Ct).ReadAllAsync();

        Assert.Equal(["/Documents/100% & +# ? é 'q'.txt", "/Documents/Images", "/Documents/bad.txt", "/Documents/hello.txt", "/Documents/日本語.md"],
            entries.Select(entry => entry.Path.ToString()).Order(StringComparer.Ordinal));
        var folder = entries.Single(entry => entry.IsFolder);
        Assert.Equal(("1215", 0L, "\"6b01d68428bfe\""), (folder.Id, folder.Size, folder.ETag));
        var file = entries.Single(entry => entry.Path == Hello);
        Assert.Equal(("1216", 11L, "\"a31c56a7c1c37f765fadefc85c5cdd45\"", "text/plain"), (file.Id, file.Size, file.ETag, file.ContentType));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 17, 36, 4, TimeSpan.Zero), file.ModifiedAt);
        AssertSent("16-list");
        Assert.Equal("1", nextcloud.Request.Headers["Depth"]);
        Assert.Equal("identity", nextcloud.Request.Headers["Accept-Encoding"]);
        Assert.Equal("Basic " + Convert.ToBase64String("carol:carol-pass-9X"u8), nextcloud.Request.Headers["Authorization"]);
    }

    [Fact]
    public async Task The_root_is_listed()
    {
        nextcloud.Server.Then("20-list-root");

        var entries = await nextcloud.Tree.ListAsync(FilePath.Root, Ct).ReadAllAsync();

        Assert.Equal(8, entries.Count);
        Assert.All(entries, entry => Assert.Equal(FilePath.Root, entry.Path.Parent));
        AssertSent("20-list-root");
    }

    [Theory]
    [InlineData("17-list-404", "/Nope", nameof(Fault.NotFound), "file/directory not found")]
    [InlineData("18-list-401", "/Documents", nameof(Fault.Unauthenticated), "invalid authentication")]
    [InlineData("19-list-file", "/Documents/hello.txt", nameof(Fault.NotFound), "file/directory not found")]
    public async Task What_is_no_folder_is_not_listed(string recording, string folder, string fault, string message)
    {
        nextcloud.Server.Then(recording);

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.ListAsync(FilePath.Parse(folder), Ct).ReadAllAsync());

        Assert.Equal((fault, message), (thrown.Fault.ToString(), thrown.Message));
    }

    [Fact]
    public async Task A_file_is_found()
    {
        nextcloud.Server.Then("19-list-file");

        var entry = await nextcloud.Tree.StatAsync(Hello, Ct);

        Assert.Equal(("1216", false, 11L), (entry!.Id, entry.IsFolder, entry.Size));
        AssertSent("19-list-file");
        Assert.Equal("0", nextcloud.Request.Headers["Depth"]);
    }

    [Fact]
    public async Task Something_missing_is_null()
    {
        nextcloud.Server.Then("17-list-404");

        Assert.Null(await nextcloud.Tree.StatAsync(FilePath.Parse("/Nope"), Ct));
    }

    [Fact]
    public async Task A_file_is_read_whole_or_from_an_offset()
    {
        nextcloud.Server.Then("19-list-file").Then("23-get").Then("19-list-file");
        await using (var whole = await nextcloud.Tree.OpenAsync(Hello, 0, Ct))
        {
            Assert.Equal((11L, "1216"), (whole.Length, whole.Entry.Id));
            Assert.Equal("hello again", await new StreamReader(whole.Body).ReadToEndAsync(Ct));
        }

        nextcloud.Server.Then(Encoding.ASCII.GetBytes(
            "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nContent-Range: bytes 6-10/11\r\nETag: \"a31c56a7c1c37f765fadefc85c5cdd45\"\r\n\r\nagain"));
        await using var rest = await nextcloud.Tree.OpenAsync(Hello, 6, Ct);

        Assert.Equal(5, rest.Length);
        Assert.Equal("again", await new StreamReader(rest.Body).ReadToEndAsync(Ct));
        Assert.Equal("bytes=6-", nextcloud.Server.Requests.Last().Headers["Range"]);
        Assert.False(nextcloud.Server.Requests.ElementAt(1).Headers.ContainsKey("Range"));
        await nextcloud.Server.PlayedAsync();
    }

    [Fact]
    public async Task A_range_that_was_not_asked_for_is_refused()
    {
        nextcloud.Server.Then("19-list-file").Then("24-get-range"); // 0-3, and the rest from 6 on was wanted

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.OpenAsync(Hello, 6, Ct));

        Assert.Equal(Fault.BadGateway, thrown.Fault);
    }

    [Fact]
    public async Task A_folder_cannot_be_read_though_its_GET_answers_200()
    {
        nextcloud.Server.Then(Folder("/remote.php/dav/files/carol/Documents/"));

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.OpenAsync(Documents, 0, Ct));

        Assert.Equal(Fault.NotFound, thrown.Fault);
    }

    [Fact]
    public async Task A_folder_that_takes_a_files_place_in_between_is_not_an_empty_file()
    {
        nextcloud.Server.Then("19-list-file").Then("26-get-dir");
        await using var download = await nextcloud.Tree.OpenAsync(Hello, 0, Ct);

        var thrown = await nextcloud.FaultOfAsync(() => download.Body.CopyToAsync(Stream.Null, Ct));

        Assert.Equal(Fault.BadGateway, thrown.Fault);
    }

    [Fact]
    public async Task A_file_that_goes_in_between_is_not_found()
    {
        nextcloud.Server.Then("19-list-file").Then("25-get-404");

        Assert.Equal(Fault.NotFound, (await nextcloud.FaultOfAsync(() => nextcloud.Tree.OpenAsync(Hello, 0, Ct))).Fault);
    }

    [Fact]
    public async Task A_folder_is_made()
    {
        nextcloud.Server.Then("04-mkcol").Then(Folder("/remote.php/dav/files/carol/Documents/"));

        var made = await nextcloud.Tree.MakeFolderAsync(Documents, Ct);

        Assert.True(made.IsFolder);
        AssertSent("04-mkcol");
    }

    [Theory]
    [InlineData("05-mkcol-exists", "/Documents", nameof(Fault.AlreadyExists), "it already exists")]
    [InlineData("06-mkcol-no-parent", "/No/Such/Parent", nameof(Fault.ParentNotFound), "parent directory does not exist")]
    public async Task A_folder_is_not_made(string recording, string path, string fault, string message)
    {
        nextcloud.Server.Then(recording);

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.MakeFolderAsync(FilePath.Parse(path), Ct));

        Assert.Equal((fault, message), (thrown.Fault.ToString(), thrown.Message));
        AssertSent(recording);
    }

    [Theory]
    [InlineData("36-delete", "/Documents/moved.txt")]
    [InlineData("37-delete-dir", "/Documents/Images")]
    public async Task Something_is_deleted(string recording, string path)
    {
        nextcloud.Server.Then(recording);

        await nextcloud.Tree.DeleteAsync(FilePath.Parse(path), null, Ct);

        AssertSent(recording);
        Assert.False(nextcloud.Request.Headers.ContainsKey("If-Match"));
    }

    [Fact]
    public async Task Something_missing_is_not_deleted()
    {
        nextcloud.Server.Then("38-delete-404");

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.DeleteAsync(Missing, null, Ct));

        Assert.Equal((Fault.NotFound, "file/directory not found"), (thrown.Fault, thrown.Message));
    }

    [Fact]
    public async Task What_the_server_forbids_is_forbidden_in_its_words()
    {
        nextcloud.Server.Then("39-delete-home");

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.DeleteAsync(Documents, null, Ct));

        Assert.Equal(Fault.Forbidden, thrown.Fault);
        Assert.EndsWith("Permission denied to delete home folder", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_root_is_never_deleted()
    {
        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.DeleteAsync(FilePath.Root, null, Ct));

        Assert.Equal(Fault.Forbidden, thrown.Fault);
        Assert.Empty(nextcloud.Server.Requests);
    }

    [Fact]
    public async Task A_file_is_deleted_only_as_it_was_seen()
    {
        nextcloud.Server.Then("19-list-file").Then("36-delete").Then("19-list-file").Then("17-list-404");

        await nextcloud.Tree.DeleteAsync(Hello, "\"a31c56a7c1c37f765fadefc85c5cdd45\"", Ct);
        var changed = await Assert.ThrowsAsync<FaultException>(() => nextcloud.Tree.DeleteAsync(Hello, "\"older\"", Ct));
        var gone = await nextcloud.FaultOfAsync(() => nextcloud.Tree.DeleteAsync(Hello, "\"older\"", Ct));

        Assert.Equal((Fault.PreconditionFailed, Fault.NotFound), (changed.Fault, gone.Fault));
        Assert.Equal("\"a31c56a7c1c37f765fadefc85c5cdd45\"", nextcloud.Server.Requests.ElementAt(1).Headers["If-Match"]);
    }

    [Theory]
    [InlineData("28-copy", "/Documents/hello.txt", "/Documents/hello (copy).txt", null)]
    [InlineData("29-copy-exists", "/Documents/hello.txt", "/Documents/hello (copy).txt", nameof(Fault.AlreadyExists))]
    [InlineData("30-copy-404", "/Documents/nope.txt", "/x.txt", nameof(Fault.NotFound))]
    [InlineData("31-copy-no-parent", "/Documents/hello.txt", "/No/x.txt", nameof(Fault.ParentNotFound))]
    [InlineData("32-move", "/Documents/hello (copy).txt", "/Documents/moved.txt", null)]
    [InlineData("33-move-exists", "/Documents/moved.txt", "/Documents/hello.txt", nameof(Fault.AlreadyExists))]
    [InlineData("34-move-404", "/Documents/nope.txt", "/x.txt", nameof(Fault.NotFound))]
    public async Task Files_are_copied_and_moved_and_nothing_is_overwritten(string recording, string from, string to, string? fault)
    {
        nextcloud.Server.Then(recording);
        var (source, target) = (FilePath.Parse(from), FilePath.Parse(to));
        Task Act() => recording.Contains("copy-", StringComparison.Ordinal) || recording.EndsWith("copy", StringComparison.Ordinal)
            ? nextcloud.Tree.CopyAsync(source, target, Ct)
            : nextcloud.Tree.MoveAsync(source, target, Ct);

        var thrown = await Record.ExceptionAsync(Act);

        Assert.Equal(fault, (thrown as FaultException)?.Fault.ToString());
        AssertSent(recording);
        Assert.Equal("F", nextcloud.Request.Headers["Overwrite"]);
        var wanted = new Uri(Recording.Load(recording).Sent["Destination"]).AbsolutePath;
        Assert.Equal($"http://{nextcloud.Server.Host}{Uri.UnescapeDataString(wanted)}", Uri.UnescapeDataString(nextcloud.Request.Headers["Destination"]));
    }

    [Fact]
    public async Task A_folder_is_not_moved_into_itself_and_the_server_is_not_asked()
    {
        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.MoveAsync(Documents, FilePath.Parse("/Documents/Images/Documents"), Ct));

        Assert.Equal(Fault.Malformed, thrown.Fault);
        Assert.Empty(nextcloud.Server.Requests);
    }

    [Fact]
    public async Task The_server_refuses_a_move_into_itself_as_a_missing_parent_otherwise()
    {
        nextcloud.Server.Then("35-move-into-self");

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.MoveAsync(Documents, FilePath.Parse("/No/Documents"), Ct));

        Assert.Equal(Fault.ParentNotFound, thrown.Fault);
    }

    private static byte[] Folder(string href) => Listing.Of(Listing.Folder(href));

    private void AssertSent(string recording)
    {
        var recorded = Recording.Load(recording);
        var sent = nextcloud.Server.Requests.First();
        Assert.Equal((recorded.Method, Uri.UnescapeDataString(recorded.Target)), (sent.Method, Uri.UnescapeDataString(sent.Target)));
    }
}

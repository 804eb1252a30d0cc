using System.Security.Cryptography;
using System.Text;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

public sealed class UploadTests : IAsyncDisposable
{
    private const string Address = "/remote.php/dav/files/carol/Documents/hello.txt";
    private const int Large = 300_000;
    private static readonly FilePath Hello = FilePath.Parse("/Documents/hello.txt");

    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task A_file_is_stored_with_its_facts_and_looked_at_afterwards()
    {
        nextcloud.Server.Then("08-put").Then(Stored(11));
        var bytes = "hello world"u8.ToArray();

        var entry = await nextcloud.Tree.WriteAsync(Hello, Upload(bytes) with
        {
            ContentType = "text/plain",
            ModifiedAt = DateTimeOffset.FromUnixTimeSeconds(1546300800),
            CreatedAt = DateTimeOffset.FromUnixTimeSeconds(1500000000),
            Md5 = MD5.HashData(bytes),
        }, Ct);

        Assert.Equal((Hello, 11L), (entry.Path, entry.Size));
        var put = nextcloud.Server.Requests.First();
        var recorded = Recording.Load("08-put");
        Assert.Equal((recorded.Method, recorded.Target), (put.Method, put.Target));
        Assert.Equal("hello world", Encoding.ASCII.GetString(put.Body));
        Assert.Equal((recorded.Sent["X-OC-MTime"], recorded.Sent["Content-Type"]), (put.Headers["X-OC-MTime"], put.Headers["Content-Type"]));
        Assert.Equal(("1500000000", "MD5:5eb63bbbe01eeed093cb22bb8f5acdc3"), (put.Headers["X-OC-CTime"], put.Headers["OC-Checksum"]));
        Assert.Equal(("11", "*"), (put.Headers["Content-Length"], put.Headers["If-None-Match"]));
        Assert.False(put.Headers.ContainsKey("Expect"));
    }

    [Fact]
    public async Task Overwriting_is_unconditional_and_a_date_that_cannot_be_stays_home()
    {
        nextcloud.Server.Then("09-put-over").Then(Stored(11));

        var upload = Upload("hello again"u8.ToArray()) with { Overwrite = true, ModifiedAt = DateTimeOffset.FromUnixTimeSeconds(86400) };
        await nextcloud.Tree.WriteAsync(Hello, upload, Ct);

        Assert.False(nextcloud.Server.Requests.First().Headers.ContainsKey("If-None-Match"));
        Assert.False(nextcloud.Server.Requests.First().Headers.ContainsKey("X-OC-MTime"));
    }

    [Theory]
    [InlineData("14-put-special-chars", "/Documents/100% & +# ? é 'q'.txt")]
    [InlineData("15-put-unicode", "/Documents/日本語.md")]
    public async Task A_file_of_any_name_is_stored(string recording, string path)
    {
        var recorded = Recording.Load(recording);
        nextcloud.Server.Then(recording).Then(Listing.Of(Listing.File(recorded.Target, 10)));

        Assert.Equal(path, (await nextcloud.Tree.WriteAsync(FilePath.Parse(path), Upload("xxxxxxxxxx"u8.ToArray()), Ct)).Path.ToString());

        Assert.Equal(Uri.UnescapeDataString(recorded.Target), Uri.UnescapeDataString(nextcloud.Server.Requests.First().Target));
    }

    [Theory]
    [InlineData("10-put-if-none-match", nameof(Fault.AlreadyExists), "it already exists")]
    [InlineData("12-put-no-parent", nameof(Fault.ParentNotFound), "parent directory does not exist")]
    public async Task A_file_is_not_stored(string recording, string fault, string message)
    {
        nextcloud.Server.Then(recording);

        var thrown = await FaultOfWriteAsync(Upload("no"u8.ToArray()));

        Assert.Equal((fault, message), (thrown.Fault.ToString(), thrown.Message));
    }

    [Fact]
    public async Task A_file_does_not_take_the_place_of_a_folder()
    {
        nextcloud.Server.Then("13-put-over-dir").Then(Listing.Of(Listing.Folder(Address + "/")));

        Assert.Equal(Fault.AlreadyExists, (await FaultOfWriteAsync(Upload("x"u8.ToArray()) with { Overwrite = true })).Fault);
    }

    [Fact]
    public async Task A_name_that_the_server_does_not_take_is_told_in_its_words()
    {
        nextcloud.Server.ThenAnswer("400 Bad Request", """
            <d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">
              <s:exception>OCA\DAV\Connector\Sabre\Exception\InvalidPath</s:exception><s:message>Filename is a reserved word</s:message>
            </d:error>
            """);

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.WriteAsync(FilePath.Parse("/.htaccess"), Upload("x"u8.ToArray()), Ct));

        Assert.Equal((Fault.Invalid, $"{nextcloud.Server.Host} does not take this name: Filename is a reserved word"), (thrown.Fault, thrown.Message));
    }

    [Fact]
    public async Task A_large_body_waits_for_the_server_to_want_it()
    {
        nextcloud.Server.ThenAnswer("507 Insufficient Storage"); // instead of 100 Continue

        var thrown = await FaultOfWriteAsync(Upload(new byte[Large]));

        Assert.Equal(Fault.OutOfSpace, thrown.Fault);
        Assert.Equal("100-continue", nextcloud.Request.Headers["Expect"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(64 * 1024 + 1)]
    [InlineData(Large)]
    public async Task The_body_arrives_whole(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        nextcloud.Server.Then("08-put").Then(Stored(size));

        await nextcloud.Tree.WriteAsync(Hello, Upload(bytes) with { Md5 = MD5.HashData(bytes) }, Ct);

        Assert.Equal(bytes, nextcloud.Server.Requests.First().Body);
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_measured_first_and_leaves_nothing_behind()
    {
        const int size = Large + 7919; // told by its size from whatever else is there
        nextcloud.Server.Then(async exchange =>
        {
            Assert.Single(TemporaryFiles(size));
            await exchange.ReadBodyAsync();
            await exchange.SendAsync(Recording.Load("08-put").Answer());
        }).Then(Stored(size));

        await nextcloud.Tree.WriteAsync(Hello, Upload(new byte[size]) with { Length = null }, Ct);

        await nextcloud.Server.PlayedAsync();
        Assert.Equal($"{size}", nextcloud.Server.Requests.First().Headers["Content-Length"]);
        Assert.Empty(TemporaryFiles(size));
    }

    [Theory]
    [InlineData(11, 12, "Content-Length")]
    [InlineData(11, 10, "Content-Length")]
    [InlineData(1, 0, "Content-Length")]
    [InlineData(11, 11, "Content-MD5")]
    public async Task A_small_file_that_is_not_what_was_announced_is_never_sent(int bytes, int announced, string parameter)
    {
        Assert.StartsWith("HTTP/1.1 201", Recording.Load("11-put-bad-checksum").StatusLine, StringComparison.Ordinal); // Nextcloud would take it

        var thrown = await FaultOfWriteAsync(Upload(new byte[bytes]) with { Length = announced, Md5 = new byte[16] });

        Assert.Equal((Fault.PreconditionFailed, parameter), (thrown.Fault, thrown.Parameter));
        Assert.Empty(nextcloud.Server.Requests);
    }

    [Theory]
    [InlineData(Large, Large + 1, "Content-Length")]
    [InlineData(Large, Large - 1, "Content-Length")]
    [InlineData(Large, Large, "Content-MD5")]
    public async Task A_large_file_that_is_not_what_was_announced_never_arrives_whole(int bytes, int announced, string parameter)
    {
        nextcloud.Server.Then(exchange => exchange.ReadBodyAsync()).Then("17-list-404").Then("17-list-404");

        var thrown = await FaultOfWriteAsync(Upload(new byte[bytes]) with { Length = announced, Md5 = new byte[16] });

        Assert.Equal((Fault.PreconditionFailed, parameter), (thrown.Fault, thrown.Parameter));
        var put = nextcloud.Server.Requests.First();
        Assert.Equal("PUT", put.Method);
        Assert.True(put.Body.Length > 0 && put.Body.Length < announced, $"{put.Body.Length} bytes of {announced} arrived");
    }

    [Fact]
    public async Task What_a_server_stored_of_a_broken_upload_is_deleted()
    {
        var half = Stored(1000, "half");
        nextcloud.Server.Then(exchange => exchange.ReadBodyAsync()).Then("17-list-404").Then(half).Then(half).Then("36-delete");

        await FaultOfWriteAsync(Upload(new byte[Large - 1]) with { Length = Large });

        Assert.Equal(("DELETE", "\"half\""), (nextcloud.Server.Requests.Last().Method, nextcloud.Server.Requests.Last().Headers["If-Match"]));
    }

    [Fact]
    public async Task A_file_that_was_accepted_and_stored_empty_is_a_failure_and_goes()
    {
        nextcloud.Server.Then("08-put").Then(Stored(0)).Then(Stored(0)).Then("36-delete");

        var thrown = await FaultOfWriteAsync(Upload("hello world"u8.ToArray()));

        Assert.Equal((Fault.BadGateway, $"{nextcloud.Server.Host} took 11 bytes of /Documents/hello.txt and stored 0"), (thrown.Fault, thrown.Message));
        Assert.Equal("DELETE", nextcloud.Server.Requests.Last().Method);
    }

    [Fact]
    public async Task A_file_that_replaced_another_and_is_wrong_is_left_with_its_versions()
    {
        nextcloud.Server.Then("09-put-over").Then(Stored(0, "a31c56a7c1c37f765fadefc85c5cdd45"));

        Assert.Equal(Fault.BadGateway, (await FaultOfWriteAsync(Upload("hello again"u8.ToArray()) with { Overwrite = true })).Fault);
    }

    [Fact]
    public async Task A_broken_source_is_reported_as_it_broke()
    {
        nextcloud.Server.Then(exchange => exchange.ReadBodyAsync()).Then("17-list-404").Then("17-list-404");
        using var source = new BreakingStream(100_000);

        var thrown = await Assert.ThrowsAsync<EndOfStreamException>(() =>
            nextcloud.Tree.WriteAsync(Hello, new Upload { Body = source, Length = Large }, Ct));

        Assert.Equal("the sender left", thrown.Message);
        await nextcloud.Server.PlayedAsync();
    }

    [Fact]
    public async Task A_caller_who_gives_up_half_way_waits_for_nothing_more()
    {
        using var giveUp = new CancellationTokenSource();
        nextcloud.Server.Then(exchange => exchange.ReadBodyAsync());
        using var source = new BreakingStream(100_000, giveUp.Cancel);

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            nextcloud.Tree.WriteAsync(Hello, new Upload { Body = source, Length = Large }, giveUp.Token));

        Assert.Equal(giveUp.Token, thrown.CancellationToken);
        await nextcloud.Server.PlayedAsync();
        Assert.True(nextcloud.Request.Body.Length < Large);
    }

    private Task<FaultException> FaultOfWriteAsync(Upload upload) => nextcloud.FaultOfAsync(() => nextcloud.Tree.WriteAsync(Hello, upload, Ct));

    private static Upload Upload(byte[] bytes) => new() { Body = new MemoryStream(bytes), Length = bytes.Length };

    private static IEnumerable<FileInfo> TemporaryFiles(long size) =>
        new DirectoryInfo(Path.GetTempPath()).EnumerateFiles().Where(file => file is { Exists: true } && file.Length == size);

    private static byte[] Stored(long size, string etag = "c9a6d6e1ee204907cfdaf2e57dea079e") => Listing.Of(Listing.File(Address, size, etag));

    /// <summary>Gives some bytes, then fails.</summary>
    private sealed class BreakingStream(int bytes, Action? first = null) : MemoryStream(new byte[bytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (await base.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                return count;
            }

            first?.Invoke();
            throw new EndOfStreamException("the sender left");
        }
    }
}

using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A large body that replaces a file at a Nextcloud, which would otherwise write it right over the old content.</summary>
public sealed class StagedUploadTests : IAsyncDisposable
{
    private const string Address = "/remote.php/dav/files/carol/Documents/chunked.bin";
    private const int Large = 300_000;
    private static readonly FilePath File = FilePath.Parse("/Documents/chunked.bin");

    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task Content_takes_the_place_of_a_file_when_all_of_it_is_there()
    {
        nextcloud.Server.Then(Stored(1000)).Then("51-chunk-mkcol").Then("52-chunk-put").Then("54-chunk-move").Then(Stored(Large, "new"));

        var entry = await nextcloud.Tree.WriteAsync(File, Upload(Large) with { ModifiedAt = DateTimeOffset.FromUnixTimeSeconds(1546300800) }, Ct);

        Assert.Equal((File, (long)Large), (entry.Path, entry.Size));
        Assert.Equal(["PROPFIND", "MKCOL", "PUT", "MOVE", "PROPFIND"], Methods);
        var (make, put, move) = (Requests[1], Requests[2], Requests[3]);
        var recorded = Recording.Load("54-chunk-move");
        Assert.StartsWith("/remote.php/dav/uploads/carol/", make.Target, StringComparison.Ordinal);
        Assert.Equal((make.Target + "/1", make.Target + "/.file"), (put.Target, move.Target));
        Assert.Equal(Large, put.Body.Length);
        Assert.All([make, put], request => Assert.False(request.Headers.ContainsKey("Destination"))); // an object store would begin parts of its own
        Assert.False(put.Headers.ContainsKey("X-OC-MTime"));
        Assert.EndsWith(Address, move.Headers["Destination"], StringComparison.Ordinal);
        Assert.Equal(($"{Large}", recorded.Sent["X-OC-MTime"]), (move.Headers["OC-Total-Length"], move.Headers["X-OC-MTime"]));
    }

    [Fact]
    public async Task A_broken_body_never_comes_near_the_file()
    {
        nextcloud.Server.Then(Stored(1000)).Then("51-chunk-mkcol").Then(exchange => exchange.ReadBodyAsync()).Then("36-delete");

        Assert.Equal(Fault.PreconditionFailed, await FaultAsync(Upload(Large - 1) with { Length = Large }));

        Assert.Equal(["PROPFIND", "MKCOL", "PUT", "DELETE"], Methods);
        Assert.True(Requests[2].Body.Length is > 0 and < Large, $"{Requests[2].Body.Length} bytes arrived");
        Assert.Equal(Requests[1].Target, Requests[3].Target);
    }

    [Theory]
    [InlineData("423 Locked", nameof(Fault.Locked))]
    [InlineData("507 Insufficient Storage", nameof(Fault.OutOfSpace))]
    [InlineData("400 Bad Request", nameof(Fault.BadGateway))] // fewer bytes than OC-Total-Length says
    public async Task What_may_not_take_its_place_is_removed(string answer, string fault)
    {
        nextcloud.Server.Then(Stored(1000)).Then("51-chunk-mkcol").Then("52-chunk-put").ThenAnswer(answer).Then("36-delete");

        Assert.Equal(fault, (await FaultAsync(Upload(Large))).ToString());

        Assert.Equal(["PROPFIND", "MKCOL", "PUT", "MOVE", "DELETE"], Methods);
        Assert.Equal(Requests[1].Target, Requests[4].Target);
    }

    [Fact]
    public async Task What_the_server_may_still_be_moving_is_left_to_it()
    {
        nextcloud.Server.Then(Stored(1000)).Then("51-chunk-mkcol").Then("52-chunk-put").ThenAnswer("504 Gateway Timeout");

        Assert.Equal(Fault.BadGateway, await FaultAsync(Upload(Large)));

        Assert.Equal(["PROPFIND", "MKCOL", "PUT", "MOVE"], Methods);
    }

    [Fact]
    public async Task Where_nothing_is_there_to_be_damaged_one_request_brings_it()
    {
        nextcloud.Server.Then("17-list-404").Then("08-put").Then(Stored(Large));

        await nextcloud.Tree.WriteAsync(File, Upload(Large), Ct);

        Assert.Equal(["PROPFIND", "PUT", "PROPFIND"], Methods);
        Assert.Equal(Address, Requests[1].Target);
    }

    [Fact]
    public async Task A_folder_in_its_place_is_told_before_a_byte_is_sent()
    {
        nextcloud.Server.Then(Listing.Of(Listing.Folder(Address + "/")));

        Assert.Equal(Fault.AlreadyExists, await FaultAsync(Upload(Large)));
    }

    [Fact]
    public async Task Where_there_are_no_uploads_the_file_is_overwritten_and_stays_when_the_body_breaks()
    {
        nextcloud.Server.Then(Stored(1000)).ThenAnswer("405 Method Not Allowed").Then(exchange => exchange.ReadBodyAsync()).Then(Stored(1000)).Then(Stored(1000));

        Assert.Equal(Fault.PreconditionFailed, await FaultAsync(Upload(Large - 1) with { Length = Large }));

        Assert.Equal(["PROPFIND", "MKCOL", "PUT", "PROPFIND", "PROPFIND"], Methods);
        Assert.Equal(Address, Requests[2].Target);
    }

    private List<Exchange> Requests => [.. nextcloud.Server.Requests];

    private IEnumerable<string> Methods => Requests.Select(request => request.Method);

    private async Task<Fault> FaultAsync(Upload upload) => (await nextcloud.FaultOfAsync(() => nextcloud.Tree.WriteAsync(File, upload, Ct))).Fault;

    private static Upload Upload(int bytes) => new() { Body = new MemoryStream(new byte[bytes]), Length = bytes, Overwrite = true };

    private static byte[] Stored(long size, string etag = "old") => Listing.Of(Listing.File(Address, size, etag));
}

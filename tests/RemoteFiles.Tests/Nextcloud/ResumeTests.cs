using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using Shared.Faults;
using StandIn;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A large file whose connection breaks comes on from where it broke, as long as it is the same file.</summary>
public sealed class ResumeTests : IAsyncLifetime
{
    private const int Size = 5_000_000;
    private static readonly FilePath Name = FilePath.Parse("/big.bin");

    private readonly byte[] content = RandomNumberGenerator.GetBytes(Size);
    private readonly IOptions<NextcloudOptions> options = Options.Create(new NextcloudOptions { AllowPrivateNetworks = true });
    private StandInNextcloud standIn = null!;
    private NextcloudHttp http = null!;
    private IFileTree tree = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IReadOnlyList<string?> Ranges =>
        [.. standIn.Requests.Where(request => request.Is("GET", "big.bin")).Select(request => request.Headers.GetValueOrDefault("Range"))];

    public async ValueTask InitializeAsync()
    {
        standIn = await StandInNextcloud.StartAsync();
        standIn.Tree.AddFile("/big.bin", content);
        http = new(options, new(() => options.Value, TimeProvider.System), Network.OfThisMachine);
        tree = TreeAt(standIn.Url);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await standIn.DisposeAsync();
    }

    private IFileTree TreeAt(Uri url) => new NextcloudConnector(http, options, TimeProvider.System, NullLogger<NextcloudConnector>.Instance)
        .Tree(new("account", url, standIn.User.Login, standIn.User.Password, standIn.User.Id));

    [Fact]
    public async Task After_cuts_only_what_is_missing_is_asked_for_and_every_byte_is_right()
    {
        var isRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var first = standIn.Next(request => request.Is("GET", "big.bin"), Misbehave.CutAfter(2_000_000, isRead.Task));
        using var second = standIn.Next(request => request.Is("GET", "big.bin"), Misbehave.CutAfter(1_500_000));
        using var third = standIn.Next(request => request.Is("GET", "big.bin"), Misbehave.EndAfter(500_000));

        await using var download = await tree.OpenAsync(Name, 0, Ct);
        var read = new byte[Size];
        await download.Body.ReadExactlyAsync(read.AsMemory(0, 1_000_000), Ct);
        isRead.SetResult(); // a cut connection takes what nobody has read with it
        await download.Body.ReadExactlyAsync(read.AsMemory(1_000_000), Ct);

        Assert.Equal(content, read);
        Assert.Equal(0, await download.Body.ReadAsync(new byte[1], Ct));
        Assert.Equal((1, 1, 1), (first.Times, second.Times, third.Times));
        Assert.Equal(4, Ranges.Count);
        Assert.Null(Ranges[0]);
        Assert.All(Ranges.Skip(1), range => Assert.Matches("^bytes=[1-9][0-9]+-$", range));
        Assert.All(
            standIn.Requests.Where(request => request.Headers.ContainsKey("Range")),
            request => Assert.Equal($"\"{standIn.Tree.Find("big.bin")!.ETag}\"", request.Headers["If-Range"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10_000)]
    public async Task What_breaks_in_its_first_bytes_begins_again(int bytes)
    {
        using var cut = standIn.Next(request => request.Is("GET", "big.bin"), Misbehave.EndAfter(bytes));

        Assert.Equal(content, await ReadAsync());

        Assert.Equal(1, cut.Times);
        Assert.Equal([null, null], Ranges);
    }

    [Fact]
    public async Task What_began_in_the_middle_goes_on_in_the_middle()
    {
        using var cut = standIn.Next(request => request.Is("GET", "big.bin"), Misbehave.EndAfter(2_000_000));

        Assert.Equal(content[1_000_000..], await ReadAsync(1_000_000));

        Assert.Equal(1, cut.Times);
    }

    [Fact]
    public async Task An_error_page_that_is_written_into_a_file_before_it_breaks_off_never_becomes_a_part_of_it()
    {
        await using var proxy = new FaultProxy(standIn.Url);
        var page = proxy.Add(new("page", request => request.StartsWith("GET ", StringComparison.Ordinal), 0)
        {
            CutAfter = 2_000_000, Tail = "<html>Service temporarily unavailable</html>"u8.ToArray(), HidesLength = true,
        });
        tree = TreeAt(proxy.Url);

        var thrown = await Assert.ThrowsAsync<FaultException>(() => ReadAsync());

        Assert.True(page.Happened);
        Assert.Equal(Fault.BadGateway, thrown.Fault);
        Assert.Equal(content, await ReadAsync());
    }

    [Fact]
    public async Task A_file_that_has_changed_meanwhile_is_not_put_together_of_two()
    {
        using var cut = standIn.Next(request => request.Is("GET", "big.bin"), async (context, usual) =>
        {
            await Misbehave.EndAfter(2_000_000)(context, usual);
            standIn.Tree.AddFile("/big.bin", RandomNumberGenerator.GetBytes(Size));
        });

        var thrown = await Assert.ThrowsAsync<FaultException>(() => ReadAsync());

        Assert.Equal((Fault.PreconditionFailed, "/big.bin changes while it is read"), (thrown.Fault, thrown.Message));
        Assert.Equal(1, cut.Times);
    }

    [Fact]
    public async Task A_server_that_breaks_off_again_and_again_without_a_byte_is_given_up()
    {
        using var cut = standIn.Next(request => request.Is("GET", "big.bin"), Misbehave.EndAfter(2_000_000));
        using var nothing = standIn.Always(request => request.Is("GET", "big.bin") && request.Headers.ContainsKey("Range"), Misbehave.HangUp());

        Assert.Equal(Fault.BadGateway, (await Assert.ThrowsAsync<FaultException>(() => ReadAsync())).Fault);

        Assert.InRange(nothing.Times, 3, 12);
    }

    [Fact]
    public async Task A_password_that_is_refused_in_the_middle_is_told_as_it_is()
    {
        using var cut = standIn.Next(request => request.Is("GET", "big.bin"), Misbehave.EndAfter(2_000_000));
        using var refused = standIn.Always(request => request.Headers.ContainsKey("Range"), Misbehave.Status(401));

        Assert.Equal(Fault.Unauthenticated, (await Assert.ThrowsAsync<FaultException>(() => ReadAsync())).Fault);

        Assert.Equal((1, 1), (cut.Times, refused.Times));
    }

    private async Task<byte[]> ReadAsync(long offset = 0)
    {
        await using var download = await tree.OpenAsync(Name, offset, Ct);
        using var read = new MemoryStream();
        await download.Body.CopyToAsync(read, Ct);
        return read.ToArray();
    }
}

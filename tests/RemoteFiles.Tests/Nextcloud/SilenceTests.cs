using Migration.Tests.Fakes;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Silence is the timeout, wherever it falls; duration is not.</summary>
public sealed class SilenceTests : IAsyncDisposable
{
    private const string Home = "/remote.php/dav/files/carol/";
    private static readonly FilePath Name = FilePath.Parse("/a.txt");
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly RemoteNextcloud nextcloud = new(new NextcloudOptions { AllowPrivateNetworks = true, IdleTimeout = Limit, AnswerTimeout = Limit });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task Headers_that_do_not_come()
    {
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.SendAsync("HTTP/1.1 207 Multi-Sta");
            await exchange.StayUntilClientLeavesAsync();
        });

        await AssertSilenceAsync(() => nextcloud.Tree.StatAsync(Name, Ct));
    }

    [Fact]
    public async Task A_listing_that_falls_silent_while_entries_have_come()
    {
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.SendAsync(Listing.Begin(Listing.Folder(Home), Listing.File(Home + "a.txt", 1)));
            await exchange.StayUntilClientLeavesAsync();
        });

        await AssertSilenceAsync(() => nextcloud.Tree.ListAsync(FilePath.Root, Ct).ReadAllAsync());
    }

    [Fact]
    public async Task Silence_in_the_body_is_the_timeout()
    {
        nextcloud.Server.Then(Listed(10)).Then(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            await exchange.StayUntilClientLeavesAsync();
        });

        await using var download = await nextcloud.Tree.OpenAsync(Name, 0, Ct);
        using var target = new MemoryStream();

        await AssertSilenceAsync(() => download.Body.CopyToAsync(target, Ct));

        Assert.Equal("hello"u8.ToArray(), target.ToArray());
    }

    [Fact]
    public async Task Silence_after_a_whole_upload()
    {
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.StayUntilClientLeavesAsync();
        });

        await AssertSilenceAsync(() => nextcloud.Tree.WriteAsync(Name, Bytes(300_000), Ct));

        Assert.Equal(300_000, nextcloud.Request.Body.Length);
    }

    [Fact]
    public async Task A_server_that_stops_taking_an_upload()
    {
        var failed = new TaskCompletionSource();
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            await failed.Task; // reads nothing: the buffers of the network fill
            exchange.Reset();
        });

        await AssertSilenceAsync(async () =>
        {
            try
            {
                await nextcloud.Tree.WriteAsync(Name, Bytes(64_000_000), Ct);
            }
            finally
            {
                failed.SetResult();
            }
        });
    }

    [Fact]
    public async Task A_long_transfer_is_not_silence()
    {
        var clock = new ManualClock();
        await using var slow = new RemoteNextcloud(new NextcloudOptions { AllowPrivateNetworks = true, IdleTimeout = Limit, AnswerTimeout = Limit }, clock: clock);
        var more = new SemaphoreSlim(0);
        slow.Server.Then(Listed(5)).Then(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            foreach (var letter in "hello")
            {
                await more.WaitAsync(Ct);
                await exchange.SendAsync(letter.ToString());
            }
        });
        await using var download = await slow.Tree.OpenAsync(Name, 0, Ct);

        for (var letter = 0; letter < 5; letter++)
        {
            var read = download.Body.ReadExactlyAsync(new byte[1], Ct);
            clock.Pass(Limit * 0.9);
            more.Release();
            await read;
        }

        Assert.Equal(0, await download.Body.ReadAsync(new byte[1], Ct));
    }

    private static byte[] Listed(long size) => Listing.Of(Listing.File(Home + "a.txt", size));

    private static Upload Bytes(int count) => new() { Body = new MemoryStream(new byte[count]), Length = count };

    private async Task AssertSilenceAsync(Func<Task> act)
    {
        var thrown = await nextcloud.FaultOfAsync(act);
        Assert.Equal((Fault.BadGateway, $"{nextcloud.Server.Host} does not answer: it was silent for too long"), (thrown.Fault, thrown.Message));
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using StandIn;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Files that are asked about again at the same time cost two questions, however many they are, while they are as they were.</summary>
public sealed class StatAgainTests : IAsyncLifetime
{
    private const int Count = 20;

    private readonly IOptions<NextcloudOptions> options = Options.Create(new NextcloudOptions { AllowPrivateNetworks = true });
    private StandInNextcloud standIn = null!;
    private NextcloudHttp http = null!;
    private IFileTree tree = null!;
    private List<Entry> known = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        standIn = await StandInNextcloud.StartAsync(new("carol & co@cloud.example", "standin-password-9X", "carol & co@cloud.example"));
        standIn.Tree.AddFolder("/sub");
        for (var number = 0; number < Count; number++)
        {
            standIn.Tree.AddFile($"{(number % 2 == 0 ? "" : "/sub")}/f {number}.txt", new byte[number]);
        }

        http = new(options, new(() => options.Value, TimeProvider.System), Network.OfThisMachine);
        tree = new NextcloudConnector(http, options, TimeProvider.System, NullLogger<NextcloudConnector>.Instance)
            .Tree(new("account", standIn.Url, standIn.User.Login, standIn.User.Password, standIn.User.Id));
        known = [.. (await tree.ListAsync(FilePath.Root, Ct).ReadAllAsync()).Concat(await tree.ListAsync(FilePath.Parse("/sub"), Ct).ReadAllAsync()).Where(entry => !entry.IsFolder)];
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await standIn.DisposeAsync();
    }

    [Fact]
    public async Task They_share_a_question_and_are_told_apart()
    {
        var (now, methods) = await AskAllAsync();

        Assert.Equal(["PROPFIND", "SEARCH"], methods);
        Assert.Equal(known.Select(entry => (entry.Id, entry.Path, entry.ETag, entry.Size)), now.Select(entry => (entry!.Id, entry.Path, entry.ETag, entry.Size)));
    }

    [Fact]
    public async Task One_that_has_changed_is_asked_for_alone()
    {
        standIn.Tree.AddFile("/f 4.txt", "changed"u8);

        var (now, methods) = await AskAllAsync();

        Assert.Equal(["PROPFIND", "SEARCH", "PROPFIND"], methods);
        Assert.Equal(["f 4.txt"], known.Where((entry, index) => (entry.ETag, entry.Size) != (now[index]!.ETag, now[index]!.Size)).Select(entry => entry.Path.Name));
    }

    [Fact]
    public async Task One_that_two_paths_lead_to_is_asked_for_alone()
    {
        known[^1] = known[^2] with { Path = FilePath.Parse("/elsewhere.txt") };

        var (now, methods) = await AskAllAsync();

        Assert.Equal(["PROPFIND", "SEARCH", "PROPFIND", "PROPFIND"], methods);
        Assert.Equal((known[^2].Path, null), (now[^2]!.Path, now[^1]));
    }

    [Fact]
    public async Task One_that_a_search_does_not_show_where_it_was_is_asked_for_alone()
    {
        standIn.Tree.Remove("/f 2.txt");

        var (now, methods) = await AskAllAsync();

        Assert.Equal(["PROPFIND", "SEARCH", "PROPFIND"], methods);
        Assert.Equal(["/f 2.txt"], known.Where((_, index) => now[index] is null).Select(entry => entry.Path.ToString()));
    }

    [Theory]
    [InlineData(405)]
    [InlineData(501)]
    public async Task Where_nothing_can_be_searched_each_is_asked_for_alone_and_the_search_is_not_tried_again(int status)
    {
        using var refusing = standIn.Always(request => request.Method == "SEARCH", Misbehave.Status(status));

        var (now, methods) = await AskAllAsync();
        var (again, methodsAgain) = await AskAllAsync();

        Assert.Equal((1, Count), (methods.Count(method => method == "SEARCH"), methods.Count(method => method == "PROPFIND")));
        Assert.Equal(Enumerable.Repeat("PROPFIND", Count), methodsAgain);
        Assert.Equal(known.Select(entry => entry.ETag), now.Select(entry => entry!.ETag));
        Assert.Equal(now.Select(entry => entry!.ETag), again.Select(entry => entry!.ETag));
    }

    [Fact]
    public async Task A_search_that_breaks_off_tells_nothing()
    {
        using var broken = standIn.Next(request => request.Method == "SEARCH", Misbehave.EndAfter(500));

        var (now, methods) = await AskAllAsync();

        Assert.Equal(1, broken.Times);
        Assert.Equal(Count, methods.Count(method => method == "PROPFIND"));
        Assert.Equal(known.Select(entry => entry.ETag), now.Select(entry => entry!.ETag));
    }

    // The first question is answered when all the others wait for the next one.
    private async Task<(IReadOnlyList<Entry?> Now, IReadOnlyList<string> Methods)> AskAllAsync()
    {
        var before = standIn.Requests.Count;
        var allWait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var held = standIn.Next(request => request.Method == "PROPFIND", async (_, usual) =>
        {
            await allWait.Task;
            await usual();
        });
        var asking = known.ConvertAll(entry => tree.StatAgainAsync(entry, Ct));
        allWait.SetResult();
        var now = await Task.WhenAll(asking);
        Assert.Equal(1, held.Times);
        return (now, [.. standIn.Requests.Skip(before).Select(request => request.Method)]);
    }
}

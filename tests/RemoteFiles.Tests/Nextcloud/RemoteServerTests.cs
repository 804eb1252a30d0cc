using Migration.Tests.Fakes;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A server gets as many requests at once as it bears, from all accounts together, and is left alone when it says so.</summary>
public sealed class RemoteServerTests
{
    private static readonly FilePath Name = FilePath.Parse("/a.txt");
    private static readonly byte[] Found = Listing.Of(Listing.File("/remote.php/dav/files/carol/a.txt", 1));

    private readonly ManualClock clock = new();
    private readonly NextcloudOptions options = new() { AllowPrivateNetworks = true };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("429 Too Many Requests\r\nRetry-After: 120")]
    [InlineData("503 Service Unavailable\r\nRetry-After: 120")]
    public async Task A_server_that_names_a_time_gets_nothing_before_it_from_any_account(string head)
    {
        await using var nextcloud = new RemoteNextcloud();
        nextcloud.Server.ThenAnswer(head);
        await Assert.ThrowsAsync<FaultException>(() => nextcloud.Tree.StatAsync(Name, Ct));

        foreach (var account in new[] { nextcloud.Account, new Account("other", nextcloud.Url, "dora", "dora-pass", "dora") })
        {
            var thrown = await Assert.ThrowsAsync<FaultException>(() => nextcloud.TreeOf(account).StatAsync(Name, Ct));
            Assert.Equal(Fault.Unavailable, thrown.Fault);
            Assert.InRange(thrown.RetryAfter!.Value.TotalSeconds, 60, 120);
        }

        Assert.Single(nextcloud.Server.Requests);
    }

    [Fact]
    public async Task Another_server_does_not_care()
    {
        await using var closed = new RemoteNextcloud();
        await using var open = new ScriptedServer();
        closed.Server.ThenAnswer("429 Too Many Requests");
        open.Then(Found);
        await Assert.ThrowsAsync<FaultException>(() => closed.Tree.StatAsync(Name, Ct));

        Assert.NotNull(await closed.TreeOf(closed.Account with { Url = new($"http://{open.Host}/") }).StatAsync(Name, Ct));
    }

    [Fact]
    public async Task A_503_without_a_time_is_of_one_file_and_closes_nothing()
    {
        await using var nextcloud = new RemoteNextcloud();
        nextcloud.Server.ThenAnswer("503 Service Unavailable").Then(Found);

        await Assert.ThrowsAsync<FaultException>(() => nextcloud.Tree.StatAsync(Name, Ct));

        Assert.NotNull(await nextcloud.Tree.StatAsync(Name, Ct));
    }

    [Fact]
    public async Task A_short_rest_is_waited_for_and_ends_by_itself()
    {
        var server = Make();
        server.Told(429, new(Fault.Unavailable, "") { RetryAfter = TimeSpan.FromSeconds(3) });
        var begun = clock.GetUtcNow();

        var entering = server.EnterAsync("a", Ct);
        Assert.False(entering.IsCompleted);
        Assert.True(clock.GoOn());
        await entering;

        Assert.Equal(TimeSpan.FromSeconds(3), clock.GetUtcNow() - begun);
    }

    [Fact]
    public async Task A_timer_that_comes_early_opens_all_the_same()
    {
        var early = new EarlyClock(clock);
        var server = new RemoteServer("nc.example", new(() => 0, early), () => options, early);
        server.Told(429, new(Fault.Unavailable, "") { RetryAfter = TimeSpan.FromSeconds(3) });

        var entering = server.EnterAsync("a", Ct);
        Assert.True(clock.GoOn());

        await entering;
    }

    [Fact]
    public async Task Without_a_time_each_rest_is_twice_as_long_up_to_the_longest()
    {
        var server = Make();
        var rests = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            server.Told(429, new(Fault.Unavailable, ""));
            rests.Add((await Assert.ThrowsAsync<FaultException>(() => server.EnterAsync("a", Ct))).RetryAfter!.Value.TotalSeconds);
            clock.GoOn();
        }

        Assert.Equal([30, 60, 120, 240, 480, 960, 1800, 1800, 1800], rests);
    }

    [Fact]
    public async Task Who_waits_is_told_when_the_rest_is_too_long()
    {
        options.MostRequestsPerServer = 1;
        var server = Make();
        await server.EnterAsync("a", Ct);
        var waiting = server.EnterAsync("b", Ct);

        server.Told(429, new(Fault.Unavailable, ""));

        Assert.Equal(Fault.Unavailable, (await Assert.ThrowsAsync<FaultException>(() => waiting)).Fault);
    }

    [Fact]
    public async Task No_more_at_once_than_allowed_and_a_new_limit_counts_at_once()
    {
        options.MostRequestsPerServer = 2;
        var server = Make();
        var entering = Enumerable.Range(0, 5).Select(_ => server.EnterAsync("a", Ct)).ToList();
        Assert.Equal(2, entering.Count(entered => entered.IsCompleted));

        options.MostRequestsPerServer = 4;
        server.Leave("GET", null, isWell: true);

        await Task.WhenAll(entering);
    }

    [Fact]
    public void Failures_halve_what_it_gets_at_once_and_good_answers_add_to_it()
    {
        var server = Make();
        Assert.Equal(8, server.Room);

        Answer(server, isWell: false);
        Assert.Equal(4, server.Room);
        for (var i = 0; i < 100; i++)
        {
            Answer(server, isWell: false);
        }

        Assert.Equal(1, server.Room);
        for (var i = 0; i < 500; i++)
        {
            Answer(server, isWell: true);
        }

        Assert.Equal(16, server.Room);
        server.Told(429, new(Fault.Unavailable, "") { RetryAfter = TimeSpan.FromSeconds(1) });
        Assert.Equal(1, server.Room);
    }

    [Fact]
    public void Answers_that_take_many_times_as_long_as_their_like_take_from_it()
    {
        var server = Make();
        for (var i = 0; i < 100; i++)
        {
            Answer(server, isWell: true);
        }

        var before = server.Room;
        Answer(server, isWell: true, TimeSpan.FromSeconds(5), "PROPFIND");
        Assert.Equal(before, server.Room);
        Answer(server, isWell: true, TimeSpan.FromSeconds(5));

        Assert.InRange(server.Room, before / 2, before - 1);
    }

    [Fact]
    public void Who_has_a_few_waits_not_for_who_has_thousands()
    {
        var turns = new Turns();
        var many = Enumerable.Range(0, 1000).Select(_ => turns.Add("many").Task).ToList();
        var few = Enumerable.Range(0, 2).Select(_ => turns.Add("few").Task).ToList();
        var gaveUp = turns.Add("gone");
        gaveUp.SetCanceled(Ct);
        for (var i = 0; i < 4; i++)
        {
            Assert.True(turns.Next());
        }

        Assert.All(few, turn => Assert.True(turn.IsCompleted));
        Assert.Equal(2, many.Count(turn => turn.IsCompleted));
        for (var i = 0; i < 998; i++)
        {
            Assert.True(turns.Next());
        }

        Assert.False(turns.Next());
        Assert.Equal(0, turns.Count);
    }

    [Fact]
    public async Task Bytes_wait_for_those_before_them_and_a_new_limit_counts_at_once()
    {
        var limit = 1000L;
        var rate = new ByteRate(() => limit, clock);
        var begun = clock.GetUtcNow();

        var passing = rate.PassAsync(3000, Ct).AsTask();
        while (!passing.IsCompleted && clock.GoOn())
        {
            await Task.Yield();
        }

        await passing;
        Assert.InRange((clock.GetUtcNow() - begun).TotalSeconds, 2.7, 3.1);

        var slow = rate.PassAsync(1_000_000, Ct).AsTask();
        Assert.False(slow.IsCompleted);
        limit = 0;
        clock.GoOn();
        await slow;
    }

    private sealed class EarlyClock(ManualClock inner) : TimeProvider
    {
        public override long TimestampFrequency => inner.TimestampFrequency;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            inner.CreateTimer(callback, state, dueTime - TimeSpan.FromMilliseconds(1), period);
    }

    private static void Answer(RemoteServer server, bool isWell, TimeSpan? took = null, string method = "GET")
    {
        Assert.True(server.EnterAsync("a", Ct).IsCompletedSuccessfully);
        server.Leave(method, took ?? TimeSpan.FromMilliseconds(40), isWell);
    }

    private RemoteServer Make() => new("nc.example", new(() => 0, clock), () => options, clock);
}

using System.Threading.Channels;
using Migration.Tests.Fakes;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Transfers leave a worker of a small server to those who use it.</summary>
public sealed class TransferRoomTests
{
    private const int Small = 1000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LaterLook = TimeSpan.FromSeconds(1);

    private readonly ManualClock clock = new();
    private readonly NextcloudOptions options = new();
    private readonly Channel<TaskCompletionSource> questions = Channel.CreateUnbounded<TaskCompletionSource>();
    private readonly TransferRoom room;

    public TransferRoomTests() => room = new(() => options, clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Four_go_at_once_and_no_question_is_asked()
    {
        Begin("a", 4);

        Assert.Equal(4, room.UnderWay);
        Assert.False(clock.GoOn()); // nothing waits for a time
    }

    [Fact]
    public async Task More_than_four_are_tried_one_by_one_while_the_server_answers()
    {
        var places = Begin("a", 7);
        await LookAsync(Look, passed: 10 * Small, isAnswered: true);
        await places[4];
        Assert.Equal(5, room.UnderWay);

        await LookAsync(Look, passed: 10 * Small, isAnswered: true);
        await places[5];
        Assert.Equal(6, room.UnderWay);

        // It is known from now on.
        foreach (var place in places[..6])
        {
            await EndAsync(place);
        }

        Begin("a", 5);
        Assert.Equal(6, room.UnderWay);
    }

    [Fact]
    public async Task One_too_many_is_taken_back_and_not_tried_again_soon()
    {
        var places = Begin("a", 9);
        await LookAsync(Look, passed: 10 * Small, isAnswered: true);
        await LookAsync(Look, passed: 10 * Small, isAnswered: false); // the fifth had the last worker
        Assert.Equal(5, room.UnderWay);
        await EndAsync(places[0]);
        await EndAsync(places[1]);
        Assert.Equal(4, room.UnderWay);

        // Nobody looks until the next try.
        await EndLookingAsync();
        Assert.Equal(4, room.UnderWay);
        clock.Advance(TimeSpan.FromMinutes(10));
        Begin("a", 1);
        await LookAsync(Look, passed: 10 * Small, isAnswered: true);
        Assert.Equal(5, room.UnderWay);
    }

    [Fact]
    public async Task Places_that_turn_out_to_be_too_many_are_taken_back_later_too()
    {
        var places = Begin("a", 6);
        await LookAsync(Look, passed: 10 * Small, isAnswered: true);
        await LookAsync(Look, passed: 10 * Small, isAnswered: true);
        Assert.Equal(6, room.UnderWay);

        await LookAsync(LaterLook, passed: 10 * Small, isAnswered: false); // others need the workers now
        Begin("a", 2);
        await EndAsync(places[0]);
        Assert.Equal(5, room.UnderWay);
        await EndAsync(places[1]);
        Assert.Equal(5, room.UnderWay);
    }

    [Fact]
    public async Task A_long_one_is_none_of_those_that_are_tried()
    {
        Begin("a", 4);
        Begin("a", 1, bytes: 1_000_000);
        var small = Begin("a", 1)[0];
        await LookAsync(Look, passed: 10 * Small, isAnswered: true); // 8 kB a second each, with a fifth

        await small;
        await LookAsync(LaterLook, passed: 40 * Small, isAnswered: true);
        Assert.Equal(5, room.UnderWay);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_within_a_second_is_late()
    {
        Begin("a", 5);
        room.Passed(10 * Small);
        clock.Pass(Look);
        await questions.Reader.ReadAsync(Ct);
        await NextAsync(() => clock.Pass(TimeSpan.FromSeconds(1)));

        await EndLookingAsync();
        Assert.Equal(4, room.UnderWay);
    }

    [Fact]
    public async Task Each_account_has_one_at_once_and_those_with_fewest_go_first()
    {
        var many = Begin("many", 4);
        var more = Begin("many", 1)[0];
        var few = Begin("few", 2);
        await few[0];
        Assert.Equal(5, room.UnderWay);

        await EndAsync(many[0]);
        Assert.Equal(4, room.UnderWay);
        await EndAsync(many[1]);
        await few[1];
        Assert.False(more.IsCompleted);
    }

    [Fact]
    public void The_operator_may_allow_fewer()
    {
        options.MostRequestsPerServer = 2;
        Begin("a", 4);

        Assert.Equal(2, room.UnderWay);
    }

    [Fact]
    public async Task Who_gives_up_takes_no_place_and_to_dispose_twice_frees_one()
    {
        var under = Begin("a", 4);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var given = room.EnterAsync("a", Small, AskAsync, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        await EndAsync(under[0]);
        await EndAsync(under[0]);
        Assert.Equal(3, room.UnderWay);
    }

    [Fact]
    public async Task A_tree_of_a_Nextcloud_has_the_places_of_its_server()
    {
        await using var nextcloud = new RemoteNextcloud();
        var transfers = nextcloud.Servers.Of(nextcloud.Account).Transfers;
        using (await nextcloud.Tree.BeginTransferAsync(Small, Ct))
        {
            Assert.Equal(1, transfers.UnderWay);
        }

        Assert.Equal(0, transfers.UnderWay);
    }

    [Fact]
    public async Task While_nothing_has_come_nothing_is_known_to_be_short()
    {
        Begin("a", 5);
        await NextAsync(() => clock.Pass(Look));

        Assert.Equal(4, room.UnderWay);
        Assert.Equal(0, questions.Reader.Count);
    }

    [Fact]
    public async Task Accounts_with_one_each_beside_which_a_question_is_late_make_room_for_nobodys_second()
    {
        var one = Enumerable.Range(0, 7).SelectMany(account => Begin($"account {account}", 1)).ToList();
        Begin("account 0", 1);
        await LookAsync(Look, passed: 10 * Small, isAnswered: false);
        foreach (var place in one[4..])
        {
            await EndAsync(place);
        }

        Assert.Equal(4, room.UnderWay);
    }

    [Fact]
    public async Task Long_ones_wait_for_no_short_ones_where_six_may_go_and_are_four_at_most()
    {
        var places = Begin("a", 6);
        await LookAsync(Look, passed: 10 * Small, isAnswered: true);
        await LookAsync(Look, passed: 10 * Small, isAnswered: true);
        Assert.Equal(6, room.UnderWay);
        Begin("a", 5, bytes: 1_000_000);
        foreach (var place in places)
        {
            await EndAsync(place);
        }

        Assert.Equal(4, room.UnderWay);
        Begin("a", 3);
        Assert.Equal(6, room.UnderWay);
    }

    [Theory]
    [InlineData("503 Service Unavailable")]
    [InlineData("302 Found")]
    [InlineData("404 Not Found")]
    public async Task Only_an_answer_of_Nextcloud_itself_counts(string head)
    {
        await using var nextcloud = new RemoteNextcloud(clock: clock);
        nextcloud.Server.ThenAnswer(head);
        var transfers = nextcloud.Servers.Of(nextcloud.Account).Transfers;
        var places = Enumerable.Range(0, 5).Select(_ => nextcloud.Tree.BeginTransferAsync(0, Ct)).ToList();
        var looking = transfers.Looking;
        clock.Pass(Look);
        await looking;

        Assert.Equal(4, transfers.UnderWay);
        Assert.False(places[4].IsCompleted);
        await nextcloud.Server.PlayedAsync();
    }

    [Fact]
    public async Task The_least_question_is_nobodys()
    {
        await using var nextcloud = new RemoteNextcloud(clock: clock);
        nextcloud.Server.ThenAnswer("200 OK");
        var begun = Enumerable.Range(0, 5).Select(_ => nextcloud.Tree.BeginTransferAsync(0, Ct)).ToList();
        clock.Pass(Look);
        var places = await Task.WhenAll(begun);

        Assert.Equal(("HEAD", "/status.php"), (nextcloud.Request.Method, nextcloud.Request.Target));
        Assert.DoesNotContain("Authorization", nextcloud.Request.Headers.Keys);
        Assert.All(places, place => place!.Dispose());
    }

    private List<Task<IDisposable>> Begin(string who, int count, long bytes = Small) =>
        [.. Enumerable.Range(0, count).Select(_ => room.EnterAsync(who, bytes, AskAsync, Ct))];

    private static async Task EndAsync(Task<IDisposable> place) => (await place).Dispose();

    // As the room asks, until it knows.
    private async Task LookAsync(TimeSpan after, int passed, bool isAnswered)
    {
        room.Passed(passed);
        clock.Pass(after);
        var question = await questions.Reader.ReadAsync(Ct);
        await NextAsync(() => _ = isAnswered ? question.TrySetResult() : question.TrySetException(new IOException("late")));
    }

    // What follows makes the room wait for the next look, or look no more.
    private async Task NextAsync(Action act)
    {
        var waits = clock.Waits;
        act();
        while (clock.Waits == waits && !room.Looking.IsCompleted)
        {
            Ct.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    // The next look asks nothing.
    private async Task EndLookingAsync()
    {
        var looking = room.Looking;
        clock.Pass(LaterLook);
        await looking;
        Assert.True(room.Looking.IsCompleted);
    }

    private async Task AskAsync(CancellationToken ct)
    {
        var question = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var late = ct.Register(() => question.TrySetCanceled(ct));
        await questions.Writer.WriteAsync(question, Ct);
        await question.Task;
    }
}

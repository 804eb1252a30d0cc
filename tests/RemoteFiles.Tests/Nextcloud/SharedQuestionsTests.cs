using Migration.Tests.Fakes;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Who asks alone and who together, with a server that answers when it is told to.</summary>
public sealed class SharedQuestionsTests
{
    private static readonly Account Carol = new("account", new("http://cloud.example/"), "carol", "carol-pass-9X", "carol");

    private readonly ManualClock clock = new();
    private readonly SharedQuestions questions;
    private readonly List<(string Ids, TaskCompletionSource<bool> Answer)> asked = [];

    public SharedQuestionsTests() => questions = new(clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_while_a_question_is_under_way_shares_the_next_one()
    {
        var first = AskAsync("1");
        var others = new[] { AskAsync("2"), AskAsync("3"), AskAsync("4") };
        Assert.Equal(["1"], Asked);

        asked[0].Answer.SetResult(true);
        Assert.Equal((true, "1"), await first);
        await UntilAskedAsync(2);
        asked[1].Answer.SetResult(true);

        Assert.Equal([(true, "2"), (true, "3"), (true, "4")], await Task.WhenAll(others));
        Assert.Equal(["1", "2 3 4"], Asked);
    }

    [Fact]
    public async Task Who_asked_alone_learns_why_it_failed_and_the_next_question_is_asked()
    {
        var (first, second) = (AskAsync("1"), AskAsync("2"));

        asked[0].Answer.SetException(new FaultException(Fault.BadGateway, "broken"));
        Assert.Equal("broken", (await Assert.ThrowsAsync<FaultException>(() => first)).Message);
        await UntilAskedAsync(2);
        asked[1].Answer.SetResult(true);

        Assert.Equal((true, "2"), await second);
    }

    [Fact]
    public async Task A_shared_question_that_fails_tells_nobody_anything()
    {
        var first = AskAsync("1");
        var others = new[] { AskAsync("2"), AskAsync("3") };
        asked[0].Answer.SetResult(true);
        await UntilAskedAsync(2);

        asked[1].Answer.SetException(new FaultException(Fault.BadGateway, "broken"));

        Assert.Equal([(false, null), (false, null)], await Task.WhenAll(others));
        Assert.True((await first).IsTold);
    }

    [Fact]
    public async Task A_question_that_hangs_does_not_keep_others_for_long()
    {
        var (first, second) = (AskAsync("1"), AskAsync("2"));

        clock.Pass(SharedQuestions.Patience);

        Assert.Equal((false, null), await second);
        Assert.False(first.IsCompleted);
        asked[0].Answer.SetResult(true);
        Assert.Equal((true, "1"), await first);
    }

    [Fact]
    public async Task Who_gives_up_the_question_that_others_share_takes_none_of_them_along()
    {
        using var gone = new CancellationTokenSource();
        var (first, second, third) = (AskAsync("1"), AskAsync("2", gone.Token), AskAsync("3"));
        asked[0].Answer.SetResult(true);
        await UntilAskedAsync(2);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(((true, "1"), (false, null)), (await first, await third));
    }

    [Fact]
    public async Task Who_gives_up_does_not_wait_and_is_not_asked_about()
    {
        using var gone = new CancellationTokenSource();
        var (first, second, third) = (AskAsync("1"), AskAsync("2", gone.Token), AskAsync("3"));

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        asked[0].Answer.SetResult(true);
        await UntilAskedAsync(2);
        asked[1].Answer.SetResult(true);

        Assert.Equal(((true, "1"), (true, "3")), (await first, await third));
        Assert.Equal(["1", "3"], Asked);
    }

    [Fact]
    public async Task Nobody_shares_a_question_with_another_password()
    {
        var (mine, other) = (AskAsync("1"), AskAsync("2", account: Carol with { Password = "another" }));
        Assert.Equal(["1", "2"], Asked);

        asked.ForEach(question => question.Answer.SetResult(true));

        Assert.Equal(((true, "1"), (true, "2")), (await mine, await other));
    }

    [Fact]
    public async Task A_hundred_are_asked_about_at_once_and_no_more()
    {
        var first = AskAsync("0");
        var others = Enumerable.Range(1, 150).Select(number => AskAsync($"{number}")).ToList();
        for (var turn = 1; turn <= 3; turn++)
        {
            await UntilAskedAsync(turn);
            asked[turn - 1].Answer.SetResult(true);
        }

        Assert.All([await first, .. await Task.WhenAll(others)], told => Assert.True(told.IsTold));
        Assert.Equal([1, 100, 50], Asked.Select(ids => ids.Split(' ').Length));
    }

    private IEnumerable<string> Asked
    {
        get
        {
            lock (asked)
            {
                return [.. asked.Select(question => question.Ids)];
            }
        }
    }

    private async Task<(bool IsTold, string? Id)> AskAsync(string id, CancellationToken? ct = null, Account? account = null)
    {
        var file = new Entry { Id = id, Path = FilePath.Parse("/" + id), IsFolder = false };
        var (isTold, now) = await questions.AskAsync(account ?? Carol, file, AnswerAsync, ct ?? Ct);
        return (isTold, now?.Id);
    }

    private async Task<IReadOnlyDictionary<string, Entry?>> AnswerAsync(IReadOnlyList<Entry> files, CancellationToken ct)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (asked)
        {
            asked.Add((string.Join(' ', files.Select(file => file.Id)), answer));
        }

        await answer.Task.WaitAsync(ct);
        return files.ToDictionary(file => file.Id, file => (Entry?)file);
    }

    private async Task UntilAskedAsync(int count)
    {
        while (Asked.Count() < count)
        {
            await Task.Yield();
            Ct.ThrowIfCancellationRequested();
        }
    }
}

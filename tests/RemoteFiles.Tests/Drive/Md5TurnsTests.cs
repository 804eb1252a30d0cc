using Migration.Tests.Fakes;
using RemoteFiles.Drive.Hashing;

namespace RemoteFiles.Tests.Drive;

/// <summary>Which messages are hashed together, and which wait for which. The clock stands still: nothing is hashed because it took long.</summary>
public sealed class Md5TurnsTests
{
    private readonly ManualClock clock = new();
    private readonly Md5Turns turns;

    public Md5TurnsTests()
    {
        Assert.SkipUnless(Md5Lanes.IsFast, "this processor has no AVX2: messages are hashed one after the other");
        turns = new(clock);
    }

    [Fact]
    public void One_that_comes_alone_waits_for_nobody() => Assert.True(Add(Md5Lanes.NewState()).Hashed.IsCompleted);

    [Fact]
    public void The_last_to_come_of_those_that_move_hashes_for_all()
    {
        var states = Moving(3);

        var (first, second) = (Add(states[1]), Add(states[0]));
        Assert.False(first.Hashed.IsCompleted || second.Hashed.IsCompleted);
        var third = Add(states[2]);

        Assert.True(first.Hashed.IsCompleted && second.Hashed.IsCompleted && third.Hashed.IsCompleted);
    }

    [Fact]
    public void Nobody_waits_where_all_lanes_are_full()
    {
        var states = Moving(Md5Lanes.Most + 1);

        var pieces = states.Take(Md5Lanes.Most).Select(Add).ToList();

        Assert.All(pieces, piece => Assert.True(piece.Hashed.IsCompleted));
    }

    [Fact]
    public async Task One_that_is_late_is_waited_for_once()
    {
        var states = Moving(2);
        var piece = Add(states[0]);
        var hashing = turns.HashAsync(piece);
        clock.Pass(Md5Turns.Patience - TimeSpan.FromMilliseconds(1));
        Assert.False(hashing.IsCompleted);

        clock.Pass(TimeSpan.FromMilliseconds(1));
        await hashing;

        Assert.True(Add(states[0]).Hashed.IsCompleted);
        var late = Add(states[1]);
        Assert.False(late.Hashed.IsCompleted);
        _ = Add(states[0]);
        Assert.True(late.Hashed.IsCompleted);
    }

    [Fact]
    public void One_that_has_ended_is_not_waited_for()
    {
        var states = Moving(2);

        turns.End(states[1]);

        Assert.True(Add(states[0]).Hashed.IsCompleted);
    }

    [Fact]
    public void All_that_waited_for_one_that_has_ended_is_hashed_at_once()
    {
        var states = Moving(2);
        var pieces = new[] { Add(states[0]), Add(states[0]), Add(states[0]) };
        Assert.All(pieces, piece => Assert.False(piece.Hashed.IsCompleted));

        turns.End(states[1]);

        Assert.All(pieces, piece => Assert.True(piece.Hashed.IsCompleted));
    }

    [Fact]
    public async Task All_that_waited_for_one_that_is_late_is_hashed_when_the_first_is()
    {
        var states = Moving(2);
        var pieces = new[] { Add(states[0]), Add(states[0]), Add(states[0]) };
        var hashing = turns.HashAsync(pieces[0]);

        clock.Pass(Md5Turns.Patience);
        await hashing;

        await Task.WhenAll(pieces.Select(piece => piece.Hashed)).WaitAsync(TestContext.Current.CancellationToken);
    }

    private Md5Turns.Piece Add(uint[] state) => turns.Add(state, new byte[Md5Lanes.BlockSize]);

    // Each has come once, and all that came is hashed.
    private List<uint[]> Moving(int count)
    {
        var states = Enumerable.Range(0, count).Select(_ => Md5Lanes.NewState()).ToList();
        var first = states.ConvertAll(Add);
        for (var turn = 0; !first.TrueForAll(piece => piece.Hashed.IsCompleted); turn++)
        {
            _ = Add(states[turn]);
        }

        return states;
    }
}

namespace RemoteFiles.Nextcloud;

/// <summary>
/// How many transfers a server has under way at once. Each keeps one of its workers for as long as its bytes flow, and PHP-FPM has five
/// unless told otherwise: four go, and the owner has the fifth. More are tried one by one, short ones only, and as long as the server
/// answers the least question at once beside them. An account always has one.
/// </summary>
internal sealed class TransferRoom(Func<NextcloudOptions> options, TimeProvider clock)
{
    private const int Modest = 4;

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UntilOneMore = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UntilNextTry = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly List<Place> waiting = [];
    private readonly Dictionary<string, int> own = [];
    private int most = Modest;
    private int underWay;
    private DateTimeOffset nextTry;
    private long passed;

    // Bytes a second, of all together; not known before it was measured.
    private double rate = double.PositiveInfinity;

    public int UnderWay
    {
        get
        {
            lock (gate)
            {
                return underWay;
            }
        }
    }

    /// <summary>Whether the server still answers is looked at until this ends.</summary>
    public Task Looking { get; private set; } = Task.CompletedTask;

    private int Most => Math.Min(most, options().MostRequestsPerServer);

    private bool MayTry => waiting.Count > 0 && clock.GetUtcNow() >= nextTry && underWay >= most && most < options().MostRequestsPerServer;

    private bool IsTrying => MayTry && waiting.Exists(IsShort);

    /// <summary>Waits for a place, which whoever gets it disposes of. The next is of the account that has the fewest.</summary>
    /// <param name="who">The account.</param>
    /// <param name="bytes">That are to come.</param>
    /// <param name="ask">The least question; it is asked now and then while more transfers than usual are under way or wait.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IDisposable> EnterAsync(string who, long bytes, Func<CancellationToken, Task> ask, CancellationToken ct)
    {
        var place = new Place(this, who, bytes);
        lock (gate)
        {
            waiting.Add(place);
            LetIn();
            if (Looking.IsCompleted && (underWay > Modest || MayTry))
            {
                Looking = LookAsync(ask);
            }
        }

        await using var giveUp = ct.UnsafeRegister(static (state, token) => ((Place)state!).Granted.TrySetCanceled(token), place);
        await place.Granted.Task;
        return place;
    }

    public void Passed(int count) => Interlocked.Add(ref passed, count);

    private async Task LookAsync(Func<CancellationToken, Task> ask)
    {
        do
        {
            var (begun, before) = (clock.GetTimestamp(), Interlocked.Read(ref passed));
            await Task.Delay(Pause(), clock);
            Measure((Interlocked.Read(ref passed) - before) / clock.GetElapsedTime(begun).TotalSeconds);
            if (InDoubt() is { } beside)
            {
                using var patience = new CancellationTokenSource(AtOnce, clock);
                var asked = ask(patience.Token);
                await asked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Learn(beside, isAnswered: asked.IsCompletedSuccessfully);
            }
        }
        while (GoesOn());
    }

    // How many are under way, if that is more than usual, or may become so.
    private int? InDoubt()
    {
        lock (gate)
        {
            return underWay > Modest || IsTrying ? underWay : null;
        }
    }

    private bool GoesOn()
    {
        lock (gate)
        {
            if (underWay > Modest || MayTry)
            {
                return true;
            }

            Looking = Task.CompletedTask;
            return false;
        }
    }

    private TimeSpan Pause()
    {
        lock (gate)
        {
            return IsTrying ? UntilOneMore : BetweenLooks;
        }
    }

    // The last of many say nothing about the next: they had the server to themselves.
    private void Measure(double bytesPerSecond)
    {
        lock (gate)
        {
            if (bytesPerSecond > 0 && underWay >= Modest)
            {
                rate = double.IsInfinity(rate) ? bytesPerSecond : (rate + bytesPerSecond) / 2;
            }
        }
    }

    private void Learn(int beside, bool isAnswered)
    {
        lock (gate)
        {
            if (!isAnswered)
            {
                (most, nextTry) = (Math.Max(beside - 1, Modest), clock.GetUtcNow() + UntilNextTry);
            }
            else if (IsTrying)
            {
                most++;
            }

            LetIn();
        }
    }

    private void Leave(string who)
    {
        lock (gate)
        {
            underWay--;
            if (--own[who] == 0)
            {
                own.Remove(who);
            }

            LetIn();
        }
    }

    private void LetIn()
    {
        waiting.RemoveAll(place => place.Granted.Task.IsCompleted); // who gave up meanwhile
        while (waiting.Where(MayGo).MinBy(place => own.GetValueOrDefault(place.Who)) is { } next)
        {
            waiting.Remove(next);
            if (next.Granted.TrySetResult())
            {
                underWay++;
                own[next.Who] = own.GetValueOrDefault(next.Who) + 1;
            }
        }
    }

    private bool MayGo(Place place) =>
        !own.ContainsKey(place.Who) || (underWay < Most && (underWay < Modest || IsShort(place)));

    // With one more beside it.
    private bool IsShort(Place place) => place.Bytes * (underWay + 1.0) <= rate * Short.TotalSeconds;

    private sealed class Place(TransferRoom room, string who, long bytes) : IDisposable
    {
        private int left;

        public string Who => who;

        public long Bytes => bytes;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                room.Leave(who);
            }
        }
    }
}

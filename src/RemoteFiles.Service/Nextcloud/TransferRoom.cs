using System.Diagnostics;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// How many transfers a server has under way at once, of this process. Each keeps one of its workers for as long as its bytes flow, and
/// PHP-FPM has five unless told otherwise: four go, and the owner has the fifth. More are tried one by one, while the server answers the
/// least question at once beside them, and at most four of all are long. An account always has one.
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
    private int limit;
    private int most = Modest;
    private int underWay;
    private int longOnes;
    private DateTimeOffset nextTry;
    private long passed;

    // Bytes a second, of all together; 0 before it was measured, and then nothing is known to be short.
    private double rate;

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

    private bool MayTry => clock.GetUtcNow() >= nextTry && underWay >= most && most < limit;

    private bool IsTrying => MayTry && waiting.Exists(IsShort);

    private bool HasToLook => underWay > Modest || (waiting.Count > 0 && underWay >= Modest && (most > Modest || MayTry));

    /// <summary>Waits for a place, which whoever gets it disposes of. The next is of the account that has the fewest.</summary>
    /// <param name="who">The account.</param>
    /// <param name="bytes">That are to come.</param>
    /// <param name="ask">The least question: asked each second while more than usual are under way.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IDisposable> EnterAsync(string who, long bytes, Func<CancellationToken, Task> ask, CancellationToken ct)
    {
        var place = new Place(this, who, bytes);
        var allowed = options().MostRequestsPerServer;
        lock (gate)
        {
            limit = allowed;
            waiting.Add(place);
            LetIn();
            if (Looking.IsCompleted && HasToLook)
            {
                Looking = LookAsync(ask);
            }
        }

        await using var giveUp = ct.UnsafeRegister(static (state, token) => ((Place)state!).GiveUp(token), place);
        await place.Granted.Task;
        return place;
    }

    public void Passed(int count) => Interlocked.Add(ref passed, count);

    private async Task LookAsync(Func<CancellationToken, Task> ask)
    {
        Activity.Current = null; // it is of all, not of the transfer that came first
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

    private TimeSpan Pause()
    {
        lock (gate)
        {
            return rate == 0 || IsTrying ? UntilOneMore : BetweenLooks;
        }
    }

    // The last of many say nothing about the next: they had the server to themselves.
    private void Measure(double bytesPerSecond)
    {
        lock (gate)
        {
            if (bytesPerSecond > 0 && underWay >= Modest)
            {
                rate = rate == 0 ? bytesPerSecond : (rate + bytesPerSecond) / 2;
            }

            LetIn();
        }
    }

    // How many are under way, where an answer would change how many may be.
    private int? InDoubt()
    {
        lock (gate)
        {
            return (underWay > Modest && most > Modest) || IsTrying ? underWay : null;
        }
    }

    private void Learn(int beside, bool isAnswered)
    {
        lock (gate)
        {
            if (!isAnswered)
            {
                (most, nextTry) = (Math.Max(Math.Min(most, beside - 1), Modest), clock.GetUtcNow() + UntilNextTry);
            }
            else if (IsTrying)
            {
                most++;
            }

            LetIn();
        }
    }

    private bool GoesOn()
    {
        lock (gate)
        {
            Looking = HasToLook ? Looking : Task.CompletedTask;
            return HasToLook;
        }
    }

    private void LetIn()
    {
        while (waiting.Where(MayGo).MinBy(place => own.GetValueOrDefault(place.Who)) is { } next)
        {
            waiting.Remove(next);
            next.IsLong = !IsShort(next);
            next.Granted.SetResult();
            underWay++;
            longOnes += next.IsLong ? 1 : 0;
            own[next.Who] = own.GetValueOrDefault(next.Who) + 1;
        }
    }

    private bool MayGo(Place place) =>
        !own.ContainsKey(place.Who) || (underWay < Math.Min(most, limit) && (underWay < Modest || longOnes < Modest || IsShort(place)));

    // With one more beside it.
    private bool IsShort(Place place) => place.Bytes * (underWay + 1.0) <= rate * Short.TotalSeconds;

    private void Leave(Place place)
    {
        lock (gate)
        {
            underWay--;
            longOnes -= place.IsLong ? 1 : 0;
            if (--own[place.Who] == 0)
            {
                own.Remove(place.Who);
            }

            LetIn();
        }
    }

    private sealed class Place(TransferRoom room, string who, long bytes) : IDisposable
    {
        private int left;

        public string Who => who;

        public long Bytes => bytes;

        public bool IsLong { get; set; }

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GiveUp(CancellationToken ct)
        {
            lock (room.gate)
            {
                room.waiting.Remove(this);
                Granted.TrySetCanceled(ct);
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                room.Leave(this);
            }
        }
    }
}

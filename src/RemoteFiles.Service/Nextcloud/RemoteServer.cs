using System.Globalization;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// One server, as it bears us: how many requests it has at once, which grows by one for each round that it answers well and is
/// halved when it is hard pressed, and when it wants to be left alone.
/// </summary>
internal sealed class RemoteServer(string host, ByteRate everything, Func<NextcloudOptions> options, TimeProvider clock)
{
    private const double First = 8;

    // Requests differ: only what takes many times as long as its like, and long enough to matter, is a sign.
    private const double Slow = 8;
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Turns turns = new();
    private readonly Dictionary<string, double> usual = [];
    private readonly ByteRate bytes = new(() => options().MostBytesPerSecondAndServer, clock);
    private double room = First;
    private int inside;
    private int closings;
    private DateTimeOffset closedUntil;
    private Fault closedBy;
    private ITimer? opening;

    /// <summary>Those under way, each for as long as its bytes flow; a request is over when its answer begins.</summary>
    public TransferRoom Transfers { get; } = new(options, clock);

    /// <summary>How many requests it gets at once.</summary>
    public int Room => Math.Clamp((int)room, 1, options().MostRequestsPerServer);

    /// <summary>How many requests are under way, how many it gets at most, and for how long it wants to be left alone.</summary>
    public (int Requests, int Most, TimeSpan Pause) Standing
    {
        get
        {
            lock (gate)
            {
                var rest = closedUntil - clock.GetUtcNow();
                return (inside, Room, rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
            }
        }
    }

    /// <summary>Waits for a turn. Who has one leaves with <see cref="Leave"/>.</summary>
    /// <param name="who">Turns go round among these.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="FaultException">Unavailable or Maintenance: it wants to be left alone for longer than anybody should wait.</exception>
    public async Task EnterAsync(string who, CancellationToken ct)
    {
        TaskCompletionSource turn;
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (closedUntil - now > options().LongestTurn)
            {
                throw Closed(closedUntil - now);
            }

            if (closedUntil <= now && inside < Room && turns.Count == 0)
            {
                inside++;
                return;
            }

            turn = turns.Add(who);
        }

        await using var giveUp = ct.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn);
        await turn.Task;
    }

    /// <param name="method">Of the request.</param>
    /// <param name="took">From the request to the head of its answer; null when there is none, or it says nothing.</param>
    /// <param name="isWell">It was answered.</param>
    public void Leave(string method, TimeSpan? took, bool isWell)
    {
        lock (gate)
        {
            inside--;
            if (!isWell)
            {
                room = Math.Max(room / 2, 1);
            }
            else if (took is { } time)
            {
                Learn(method, time);
            }

            LetIn();
        }
    }

    /// <summary>A server that answers 429 or 503 tells how it bears us.</summary>
    public void Told(int status, FaultException fault)
    {
        TimeSpan? rest = (status, fault) switch
        {
            // Without a word how long: doubled each time, to the half hour that Nextcloud's guard against guessing takes.
            (429, _) => fault.RetryAfter ?? options().FirstRest * Math.Pow(2, Math.Min(closings, 10)),
            (503, { RetryAfter: { } told }) => told,
            _ => null,
        };
        if (rest is not { } wish)
        {
            return;
        }

        lock (gate)
        {
            var wait = wish < options().LongestRest ? wish : options().LongestRest;
            var until = clock.GetUtcNow() + wait;
            room = status == 429 ? 1 : Math.Max(room / 2, 1);
            if (until <= closedUntil)
            {
                return;
            }

            closings++;
            (closedUntil, closedBy) = (until, fault.Fault);
            opening?.Dispose();
            opening = clock.CreateTimer(_ => Open(until), null, wait, Timeout.InfiniteTimeSpan);
            if (wait > options().LongestTurn)
            {
                turns.RefuseAll(Closed(wait));
            }
        }
    }

    public async ValueTask PassAsync(int count, CancellationToken ct)
    {
        Transfers.Passed(count);
        await bytes.PassAsync(count, ct);
        await everything.PassAsync(count, ct);
    }

    // A timer may come a moment early, and nobody else opens.
    private void Open(DateTimeOffset until)
    {
        lock (gate)
        {
            if (closedUntil == until)
            {
                closedUntil = default;
                LetIn();
            }
        }
    }

    private void LetIn()
    {
        while (clock.GetUtcNow() >= closedUntil && inside < Room && turns.Next())
        {
            inside++;
        }
    }

    private void Learn(string method, TimeSpan took)
    {
        closings = 0;
        var known = usual.GetValueOrDefault(method, took.TotalSeconds);
        usual[method] = known + ((took.TotalSeconds - known) / 16);
        room = took > Noticeable && took.TotalSeconds > known * Slow
            ? Math.Max(room * 0.8, 1)
            : Math.Min(room + (1 / room), options().MostRequestsPerServer);
    }

    private FaultException Closed(TimeSpan wait) => new(
        closedBy,
        string.Create(CultureInfo.InvariantCulture, $"{host} asked to be left alone for another {Math.Ceiling(wait.TotalSeconds)} s")) { RetryAfter = wait };
}

using System.Data.Common;
using System.Globalization;
using Dapper;
using Shared.Access;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Access;

/// <summary>What is counted: a kind of try, and how many an instance takes within a window, from one address and from all together.</summary>
internal sealed record Trial(string Name, int MostOfAddress, int MostOfInstance)
{
    public static readonly Trial OfAppPasswords = new("app password", 30, 1000);
    public static readonly Trial OfPassphrases = new("passphrase", 10, 100);
    public static readonly Trial OfStarts = new("login flow", 60, 1000);
}

/// <summary>
/// Limits tries of one address at one instance, so that nobody shuts out a neighbour. An instance that is tried from everywhere
/// still takes one try from each address, so that its owner is never shut out either. All replicas count together, in the database.
/// </summary>
internal sealed class LoginThrottle(Database database, TimeProvider clock)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private const int MostAddresses = 20_000;
    private const string Everywhere = "";

    /// <summary>Counts a try, before it is made: many at once are no way around.</summary>
    /// <exception cref="FaultException">TooManyRequests: not this one.</exception>
    public async Task TakeAsync(Trial trial, Instance instance, string address, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var key = new Key(instance.Domain, trial.Name, address, now.Ticks / Window.Ticks);
        try
        {
            // Who is refused holds up no writer.
            await database.ReadAsync(db => CheckAsync(db, trial, key, now), ct);
            await database.WriteAsync(
                async db =>
                {
                    await CheckAsync(db, trial, key, now);
                    await CountAsync(db, key);
                },
                ct);
        }
        catch (FaultException e) when (e.Fault == Fault.TooManyRequests)
        {
            AccessMetrics.Limited(trial);
            throw;
        }
    }

    /// <summary>The try was a good one: its address starts anew.</summary>
    public Task ForgiveAsync(Trial trial, Instance instance, string address, CancellationToken ct) => database.WriteAsync(
        db => db.ExecuteAsync(
            "DELETE FROM login_tries WHERE instance = @Domain AND trial = @Name AND address = @address", new { instance.Domain, trial.Name, address }),
        ct);

    // What was counted in this span and the one before.
    private static async Task<bool> CheckAsync(DbConnection db, Trial trial, Key key, DateTimeOffset now)
    {
        const string select = """
            SELECT address AS Address, span AS Span, tries AS Tries FROM login_tries
            WHERE instance = @Instance AND trial = @Trial AND address IN (@Address, '') AND span >= @Span - 1
            """;
        var counted = (await db.QueryAsync<Counted>(select, key)).AsList();
        var most = counted.Where(some => some.Address == Everywhere).Sum(some => some.Tries) < trial.MostOfInstance ? trial.MostOfAddress : 1;
        var own = counted.Where(some => some.Address == key.Address).ToList();
        if (own.Sum(some => some.Tries) < most)
        {
            return true;
        }

        var isOfNow = own.Where(some => some.Span == key.Span).Sum(some => some.Tries) >= most;
        var wait = new DateTimeOffset((key.Span + (isOfNow ? 2 : 1)) * Window.Ticks, TimeSpan.Zero) - now;
        throw new FaultException(Fault.TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"Too many tries, come again in {Math.Ceiling(wait.TotalMinutes)} minutes")) { RetryAfter = wait };
    }

    private static async Task CountAsync(DbConnection db, Key key)
    {
        const string insert = """
            INSERT INTO login_tries (instance, trial, address, span, tries) VALUES (@Instance, @Trial, @Address, @Span, 1)
            ON CONFLICT (instance, trial, address, span) DO UPDATE SET tries = login_tries.tries + 1 RETURNING tries
            """;
        await db.ExecuteScalarAsync<long>(insert, key);
        if (await db.ExecuteScalarAsync<long>(insert, key with { Address = Everywhere }) % MostAddresses == 0)
        {
            // From so many addresses that to remember them all would cost too much: they begin anew.
            await db.ExecuteAsync("DELETE FROM login_tries WHERE instance = @Instance AND trial = @Trial AND address <> ''", key);
        }

        await db.ExecuteAsync("DELETE FROM login_tries WHERE span < @Span - 1", key);
    }

    private sealed record Key(string Instance, string Trial, string Address, long Span);

    private sealed record Counted
    {
        public string Address { get; init; } = "";

        public long Span { get; init; }

        public long Tries { get; init; }
    }
}

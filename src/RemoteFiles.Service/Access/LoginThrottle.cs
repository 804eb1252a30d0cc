using System.Globalization;
using Shared.Access;
using Shared.Faults;

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
/// still takes one try from each address, so that its owner is never shut out either. Kept in bounded memory.
/// </summary>
internal sealed class LoginThrottle(TimeProvider clock)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private const int MostAddresses = 20_000;
    private readonly Lock door = new();
    private readonly TwoWindows addresses = new(MostAddresses);
    private readonly TwoWindows instances = new(int.MaxValue);

    /// <summary>Counts a try, before it is made: many at once are no way around.</summary>
    /// <exception cref="FaultException">TooManyRequests: not this one.</exception>
    public void Take(Trial trial, Instance instance, string address)
    {
        lock (door)
        {
            var now = clock.GetUtcNow();
            var (one, all) = (KeyOf(trial, instance, address), KeyOf(trial, instance, ""));
            addresses.Turn(now);
            instances.Turn(now);
            var most = instances.Count(all) < trial.MostOfInstance ? trial.MostOfAddress : 1;
            if (addresses.Count(one) >= most)
            {
                AccessMetrics.Limited(trial);
                var wait = addresses.EndOf(one, most) - now;
                throw new FaultException(Fault.TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"Too many tries, come again in {Math.Ceiling(wait.TotalMinutes)} minutes")) { RetryAfter = wait };
            }

            addresses.Add(one, now);
            instances.Add(all, now);
        }
    }

    /// <summary>The try was a good one: its address starts anew.</summary>
    public void Forgive(Trial trial, Instance instance, string address)
    {
        lock (door)
        {
            addresses.Clear(KeyOf(trial, instance, address));
        }
    }

    private static (string Trial, string Domain, string Address) KeyOf(Trial trial, Instance instance, string address) => (trial.Name, instance.Domain, address);

    /// <summary>What was counted in this window and the one before; a window that is full ends early.</summary>
    private sealed class TwoWindows(int most)
    {
        private Dictionary<(string, string, string), int> current = [];
        private Dictionary<(string, string, string), int> previous = [];
        private DateTimeOffset began;

        public void Turn(DateTimeOffset now)
        {
            if (now - began >= Window)
            {
                (previous, current) = (now - began < 2 * Window ? current : [], []);
                began = now;
            }
        }

        public int Count((string, string, string) key) => current.GetValueOrDefault(key) + previous.GetValueOrDefault(key);

        /// <summary>When a key will count less than this.</summary>
        public DateTimeOffset EndOf((string, string, string) key, int count) => began + (current.GetValueOrDefault(key) < count ? Window : 2 * Window);

        public void Add((string, string, string) key, DateTimeOffset now)
        {
            if (current.Count >= most && !current.ContainsKey(key))
            {
                (previous, current, began) = (current, [], now);
            }

            current[key] = current.GetValueOrDefault(key) + 1;
        }

        public void Clear((string, string, string) key)
        {
            current.Remove(key);
            previous.Remove(key);
        }
    }
}

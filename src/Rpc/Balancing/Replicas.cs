using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Rpc.Balancing;

/// <summary>
/// The replicas of a service: of two at random, the one with fewer calls takes the next (the power of two choices). One that cannot be
/// reached, or says that it is not ready, is left out until it says that it is. They are looked at beside calls: who calls nobody, asks nobody.
/// </summary>
public sealed partial class Replicas : IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    // Two looks, and what one may take: one that stays away is not tried between them.
    private static readonly TimeSpan LeftOut = TimeSpan.FromSeconds(20);

    private readonly ServiceAddress service;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve;
    private readonly Readiness readiness;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly SemaphoreSlim looking = new(1, 1);
    private readonly CancellationTokenSource disposal = new();
    private readonly bool mayChange;
    private volatile Replica[] all;
    private long nextLook;

    /// <param name="service">Where they are.</param>
    /// <param name="version">Of the HTTP that is spoken at these addresses.</param>
    /// <param name="clock">Tells how long ago something was found out.</param>
    /// <param name="log">Is told who is left out, and who is back.</param>
    public Replicas(ServiceAddress service, Version version, TimeProvider clock, ILogger<Replicas> log)
        : this(service, version, clock, log, Dns.GetHostAddressesAsync)
    {
    }

    internal Replicas(
        ServiceAddress service, Version version, TimeProvider clock, ILogger log, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        (this.service, this.clock, this.log, this.resolve) = (service, clock, log, resolve);
        readiness = new(version);
        all = [.. service.All.Select(address => new Replica(address, address))];
        mayChange = service.All.Any(IsName);
    }

    /// <summary>Is one of them ready now? Known with the first that says so: one that is stuck delays nobody.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        LookBeside(clock.GetUtcNow());
        var answers = all.Select(AskAsync).ToList();
        while (answers.Count > 0)
        {
            var first = await Task.WhenAny(answers).WaitAsync(ct);
            if (await first)
            {
                return true;
            }

            answers.Remove(first);
        }

        return false;
    }

    public void Dispose()
    {
        disposal.Cancel();
        disposal.Dispose();
        readiness.Dispose();
    }

    /// <summary>Finds them again, and asks each how it is.</summary>
    internal async Task LookAsync()
    {
        await looking.WaitAsync(disposal.Token);
        try
        {
            Interlocked.Exchange(ref nextLook, (clock.GetUtcNow() + BetweenLooks).UtcTicks);
            all = await FindAsync(disposal.Token);
            await Task.WhenAll(all.Select(AskAsync));
        }
        finally
        {
            looking.Release();
        }
    }

    /// <summary>Who takes a call that these could not take; null when nobody is left. Those that are left out come last.</summary>
    internal Replica? Choose(IReadOnlyCollection<Replica> tried)
    {
        var now = clock.GetUtcNow();
        LookBeside(now);
        var left = all.Where(replica => !tried.Contains(replica)).ToArray();
        var able = Array.FindAll(left, replica => !replica.IsOutAt(now));
        return OfTwo(able.Length > 0 ? able : left);
    }

    /// <summary>It could not be reached.</summary>
    internal void Missed(Replica replica)
    {
        Told(replica, isAble: false);
        if (Array.TrueForAll(all, one => one.IsOut))
        {
            // There may be others by now.
            Interlocked.Exchange(ref nextLook, 0);
        }
    }

    private static Replica? OfTwo(Replica[] candidates)
    {
        if (candidates.Length < 2)
        {
            return candidates.FirstOrDefault();
        }

        var first = Random.Shared.Next(candidates.Length);
        var second = Random.Shared.Next(candidates.Length - 1);
        var (one, other) = (candidates[first], candidates[second < first ? second : second + 1]);
        return other.Calls < one.Calls ? other : one;
    }

    private async Task<bool> AskAsync(Replica replica) => Told(replica, await readiness.AskAsync(replica.Address, disposal.Token));

    private bool Told(Replica replica, bool isAble)
    {
        var wasOut = replica.IsOut;
        if (isAble)
        {
            replica.TakeIn();
        }
        else
        {
            replica.LeaveOutUntil(clock.GetUtcNow() + LeftOut);
        }

        if (wasOut == isAble)
        {
            (isAble ? (Action<Uri>)Back : Away)(replica.Address);
        }

        return isAble;
    }

    private void LookBeside(DateTimeOffset now)
    {
        var due = Volatile.Read(ref nextLook);
        if ((mayChange || all.Length > 1) && now.UtcTicks >= due && looking.CurrentCount > 0
            && Interlocked.CompareExchange(ref nextLook, (now + BetweenLooks).UtcTicks, due) == due)
        {
            _ = LookBesideAsync();
        }
    }

    private async Task LookBesideAsync()
    {
        try
        {
            await LookAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The process ends.
        }
    }

    private async Task<Replica[]> FindAsync(CancellationToken ct)
    {
        var known = all;
        var found = new List<Replica>();
        foreach (var name in service.All)
        {
            foreach (var address in await AddressesOfAsync(name, known, ct))
            {
                found.Add(Array.Find(known, replica => replica.Name == name && replica.Address == address) ?? new(name, address));
            }
        }

        return [.. found];
    }

    private async Task<IReadOnlyList<Uri>> AddressesOfAsync(Uri name, Replica[] known, CancellationToken ct)
    {
        if (!IsName(name))
        {
            return [name];
        }

        try
        {
            var found = await resolve(name.Host, ct);
            if (found.Length > 0)
            {
                return [.. found.Distinct().Select(address => new UriBuilder(name) { Host = address.ToString() }.Uri)];
            }
        }
        catch (SocketException)
        {
            // It has no address now, or the DNS is away: nobody is forgotten for that.
        }

        return [.. known.Where(replica => replica.Name == name).Select(replica => replica.Address)];
    }

    // With TLS, the certificate is of the name: the connection finds the address.
    private static bool IsName(Uri address) => address is { HostNameType: UriHostNameType.Dns, Scheme: "http" };

    [LoggerMessage(LogLevel.Warning, "{Replica} is left out: it cannot be reached, or is not ready", EventName = "replica.away")]
    private partial void Away(Uri replica);

    [LoggerMessage(LogLevel.Information, "{Replica} is back", EventName = "replica.back")]
    private partial void Back(Uri replica);
}

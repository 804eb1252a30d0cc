using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// Tells what is wrong with one file from what stands in the way of all of them, by one question about the source itself.
/// Files that fail together share the question and its answer.
/// </summary>
internal sealed class Obstacles(IRemoteFiles remote, string instance, string account, TimeProvider clock)
{
    // Ten thousand files that fail one by one are no ten thousand questions.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private long? wasThere;
    private Task<RunStoppedException?>? asking;
    private bool isRefused;

    /// <summary>Returns when the fault says nothing about the next file.</summary>
    /// <exception cref="RunStoppedException">No other try, nor any other file, can succeed.</exception>
    public async Task CheckAsync(FaultException fault, CancellationToken ct)
    {
        if (await FindAsync(fault.Fault, ct) is { } found)
        {
            throw new RunStoppedException(found.Fault, found.Message) { WaitFor = found.WaitFor };
        }
    }

    /// <summary>Asks whether the source is there, without its account.</summary>
    /// <exception cref="RunStoppedException">It is not.</exception>
    public Task CheckSourceAsync(CancellationToken ct) => CheckAsync(new(Fault.Maintenance, ""), ct);

    private Task<RunStoppedException?> FindAsync(Fault fault, CancellationToken ct) => fault switch
    {
        Fault.OutOfSpace => Found(fault, "Insufficient quota: the drive is full", WaitReasons.Space),
        Fault.AccountDisabled => Found(fault, "The account is disabled in the Nextcloud", null),
        Fault.Unauthenticated or Fault.Maintenance or Fault.Unavailable or Fault.BadGateway => ShareAsync(fault, ct),
        _ => Task.FromResult<RunStoppedException?>(null),
    };

    private static Task<RunStoppedException?> Found(Fault fault, string reason, string? waitFor) =>
        Task.FromResult<RunStoppedException?>(new(fault, reason) { WaitFor = waitFor });

    // The question outlives who asked it first: its answer is for all.
    private Task<RunStoppedException?> ShareAsync(Fault fault, CancellationToken ct)
    {
        lock (gate)
        {
            if (fault is Fault.Unavailable or Fault.BadGateway && wasThere is { } seen && clock.GetElapsedTime(seen) < Fresh)
            {
                return Task.FromResult<RunStoppedException?>(null);
            }

            // A refusal is for good; anything else may be over by now.
            if (asking is null || (asking.IsCompleted && !isRefused))
            {
                asking = fault == Fault.Unauthenticated ? ConfirmRefusalAsync() : LookAsync();
            }

            return asking.WaitAsync(ct);
        }
    }

    // A server may refuse once by mistake; the second refusal is the last one that this account causes.
    private async Task<RunStoppedException?> ConfirmRefusalAsync()
    {
        try
        {
            await remote.IdentifyAsync(instance, account, CancellationToken.None);
            return null;
        }
        catch (FaultException e)
        {
            isRefused = e.Fault == Fault.Unauthenticated;
            return isRefused
                ? new(e.Fault, "The Nextcloud no longer accepts the credentials of this account") { WaitFor = WaitReasons.Credentials }
                : Meaning(e);
        }
    }

    private async Task<RunStoppedException?> LookAsync()
    {
        try
        {
            await remote.CheckUpAsync(instance, account, CancellationToken.None);
            lock (gate)
            {
                wasThere = clock.GetTimestamp();
            }

            return null;
        }
        catch (FaultException e)
        {
            return Meaning(e);
        }
    }

    private static RunStoppedException? Meaning(FaultException e) => e.Fault switch
    {
        _ when e is PeerAwayException => new(e.Fault, "Another service of this server cannot be reached") { WaitFor = WaitReasons.Source },
        Fault.Maintenance => new(e.Fault, "The Nextcloud is in maintenance") { WaitFor = WaitReasons.Maintenance },
        Fault.Unavailable or Fault.BadGateway => new(e.Fault, $"The Nextcloud cannot be reached: {e.Message}") { WaitFor = WaitReasons.Source },
        Fault.AccountDisabled => new(e.Fault, "The account is disabled in the Nextcloud"),
        Fault.NotFound => new(e.Fault, "The account of this migration is gone"),
        _ => null,
    };
}

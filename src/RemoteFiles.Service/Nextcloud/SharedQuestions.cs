using RemoteFiles.Accounts;
using RemoteFiles.Files;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Asks again about files of an account. Who comes while a question is under way waits for its end, and shares the next one with
/// all others that wait: the busier the account, the fewer questions a file costs.
/// </summary>
internal sealed class SharedQuestions(TimeProvider clock)
{
    /// <summary>How long a question that hangs keeps others from asking alone.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();

    // Only of accounts of which something is asked just now: nobody's password is kept.
    private readonly Dictionary<Account, List<Waiting>> waiting = [];

    /// <summary>Asks about the files; tells by their ids what it learned, of one that is gone null, of one that has to be asked for alone nothing.</summary>
    internal delegate Task<IReadOnlyDictionary<string, Entry?>> Question(IReadOnlyList<Entry> files, CancellationToken ct);

    /// <summary>Whether the file was found out about, and what there is: null when it is gone.</summary>
    public async Task<(bool IsTold, Entry? Now)> AskAsync(Account account, Entry file, Question question, CancellationToken ct)
    {
        var mine = new Waiting(file, ct);
        if (IsFirst(account, mine))
        {
            _ = AskAllAsync(account, question);
            await mine.Told.Task.WaitAsync(ct);
        }

        try
        {
            var told = await mine.Told.Task.WaitAsync(Patience, clock, ct);
            ct.ThrowIfCancellationRequested();
            return (told.TryGetValue(file.Id, out var now), now);
        }
        catch (TimeoutException)
        {
            return (false, null);
        }
    }

    private bool IsFirst(Account account, Waiting mine)
    {
        lock (gate)
        {
            if (waiting.TryGetValue(account, out var others))
            {
                others.Add(mine);
                return false;
            }

            waiting[account] = [mine];
            return true;
        }
    }

    // Never throws: it is nobody's alone.
    private async Task AskAllAsync(Account account, Question question)
    {
        while (Next(account) is { Count: > 0 } all)
        {
            try
            {
                var told = await question(all.ConvertAll(one => one.File), all[0].Ct);
                all.ForEach(one => one.Told.SetResult(told));
            }
            catch (Exception e) when (all.Count == 1)
            {
                all[0].Told.SetException(e);
            }
            catch (Exception)
            {
                // Each asks alone, and learns why for itself.
                all.ForEach(one => one.Told.SetResult(new Dictionary<string, Entry?>()));
            }
        }
    }

    private List<Waiting> Next(Account account)
    {
        lock (gate)
        {
            var all = waiting[account];
            var next = all.Where(one => !one.Ct.IsCancellationRequested).Take(NextcloudSearch.MostAtOnce).ToList();
            all.RemoveAll(one => next.Contains(one) || one.Ct.IsCancellationRequested);
            if (next.Count == 0)
            {
                waiting.Remove(account);
            }

            return next;
        }
    }

    private sealed class Waiting(Entry file, CancellationToken ct)
    {
        public Entry File => file;

        public CancellationToken Ct => ct;

        public TaskCompletionSource<IReadOnlyDictionary<string, Entry?>> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

using System.Collections.Concurrent;

namespace Migration.Migrations;

/// <summary>
/// Keeps deletions of equal names apart: the trash of a Nextcloud tells what was deleted by its name and the second, so that the
/// second of two in one second would take the place of the first.
/// </summary>
internal sealed class DeletionPace(TimeProvider clock)
{
    private const int Many = 10_000;

    // A second by the Nextcloud's clock, and a little: from the answer to one deletion to the next request.
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(1.1);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, long> ended = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Nothing is known of what went before: waits until it does not matter.</summary>
    public Task BeginAsync(CancellationToken ct) => Task.Delay(Apart, clock, ct);

    public async Task<T> DeleteAsync<T>(string name, Func<Task<T>> delete, CancellationToken ct)
    {
        var one = names.GetOrAdd(name, _ => new(1, 1));
        await one.WaitAsync(ct);
        try
        {
            if (ended.TryGetValue(name, out var last) && Apart - clock.GetElapsedTime(last) is { Ticks: > 0 } left)
            {
                await Task.Delay(left, clock, ct);
            }

            return await delete();
        }
        finally
        {
            ended[name] = clock.GetTimestamp();
            one.Release();
        }
    }

    /// <summary>Forgets what does not matter any more; called when nothing is being deleted.</summary>
    public void Trim()
    {
        if (names.Count < Many)
        {
            return;
        }

        foreach (var (name, last) in ended)
        {
            if (clock.GetElapsedTime(last) > Apart && ended.TryRemove(name, out _) && names.TryRemove(name, out var one))
            {
                one.Dispose();
            }
        }
    }
}

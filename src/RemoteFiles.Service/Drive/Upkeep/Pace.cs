namespace RemoteFiles.Drive.Upkeep;

/// <summary>So many bytes a second, and no more: who is ahead of that waits.</summary>
internal sealed class Pace(long bytesPerSecond, TimeProvider clock)
{
    // Shorter ones are added up.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);
    private readonly long begun = clock.GetTimestamp();
    private TimeSpan due;

    public async Task TakeAsync(long bytes, CancellationToken ct)
    {
        var now = clock.GetElapsedTime(begun);
        due = (due > now ? due : now) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
        if (due - now >= ShortestWait)
        {
            await Task.Delay(due - now, clock, ct);
        }
    }
}

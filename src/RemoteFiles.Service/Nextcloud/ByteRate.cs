namespace RemoteFiles.Nextcloud;

/// <summary>A limit of bytes a second, which may change at any moment. Bytes that have passed are counted, and the next ones wait for them.</summary>
internal sealed class ByteRate(Func<long> limit, TimeProvider clock)
{
    // What waits looks again this often, so that a new limit counts at once.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly Lock gate = new();
    private double allowed;
    private long last = clock.GetTimestamp();

    public async ValueTask PassAsync(int bytes, CancellationToken ct)
    {
        var wait = Count(bytes);
        while (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait < Look ? wait : Look, clock, ct);
            wait = Count(0);
        }
    }

    /// <summary>How long it takes until the bytes so far are paid for.</summary>
    private TimeSpan Count(int bytes)
    {
        var rate = limit();
        lock (gate)
        {
            var now = clock.GetTimestamp();
            if (rate <= 0)
            {
                (allowed, last) = (0, now);
                return TimeSpan.Zero;
            }

            // What was not used in a quarter of a second is gone.
            allowed = Math.Min(allowed + (clock.GetElapsedTime(last, now).TotalSeconds * rate), rate / 4.0) - bytes;
            last = now;
            return allowed < 0 ? TimeSpan.FromSeconds(Math.Min(-allowed / rate, 3600)) : TimeSpan.Zero;
        }
    }
}

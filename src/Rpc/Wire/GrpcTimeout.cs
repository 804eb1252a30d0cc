using System.Globalization;

namespace Rpc.Wire;

/// <summary>The grpc-timeout header: 1 to 8 digits and a unit, H M S m u n.</summary>
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;

    private static readonly (char Unit, long Ticks)[] Units =
    [
        ('m', TimeSpan.TicksPerMillisecond), ('S', TimeSpan.TicksPerSecond), ('M', TimeSpan.TicksPerMinute), ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>In the finest unit that fits, rounded up so that it never ends early.</summary>
    public static string Format(TimeSpan timeout)
    {
        foreach (var (unit, ticks) in Units)
        {
            var count = (timeout.Ticks / ticks) + (timeout.Ticks % ticks > 0 ? 1 : 0);
            if (count < 100_000_000)
            {
                return $"{Math.Max(count, 1).ToString(CultureInfo.InvariantCulture)}{unit}";
            }
        }

        return "99999999H";
    }

    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        if (text[^1] is 'u' or 'n')
        {
            timeout = TimeSpan.FromTicks(text[^1] == 'u' ? count * TimeSpan.TicksPerMicrosecond : count / TimeSpan.NanosecondsPerTick);
            return true;
        }

        foreach (var (unit, ticks) in Units)
        {
            if (unit == text[^1])
            {
                timeout = count > TimeSpan.MaxValue.Ticks / ticks ? TimeSpan.MaxValue : TimeSpan.FromTicks(count * ticks);
                return true;
            }
        }

        return false;
    }
}

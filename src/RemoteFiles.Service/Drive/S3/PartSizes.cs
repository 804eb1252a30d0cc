namespace RemoteFiles.Drive.S3;

/// <summary>How large each part is: S3 takes 10,000 at most, of which all but the last have 5 MiB at least.</summary>
/// <param name="least">Bytes of an ordinary part.</param>
/// <param name="length">Of the whole body, when that is known: then all parts are equal, as some servers ask.</param>
internal sealed class PartSizes(long least, long? length)
{
    private const int Most = 10_000;
    private const int DoubledAfter = 1_000;
    private const long Largest = 5L << 30;
    private readonly long equal = Math.Max(least, ((length ?? 0) + Most - 1) / Most);

    /// <summary>Of the part with this number, from 1 on.</summary>
    public long Of(int number) => length is null ? Math.Min(least << ((number - 1) / DoubledAfter), Largest) : equal;
}

namespace Migration.Migrations;

/// <summary>The bytes that are here of files that are not: what a large file shows of itself before its end.</summary>
internal sealed class InFlight
{
    private long bytes;

    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>One more file; it is told how much of it is here, and counts no more once it is disposed.</summary>
    public File Begin() => new(this);

    public sealed class File(InFlight all) : IProgress<long>, IDisposable
    {
        private long arrived;

        public void Report(long value) => Interlocked.Add(ref all.bytes, value - Interlocked.Exchange(ref arrived, value));

        public void Dispose() => Report(0);
    }
}

using Shared.Faults;

namespace Shared.Streams;

/// <summary>Reads a body that must not be larger than <paramref name="most"/> bytes; one byte more is TooLarge.</summary>
internal sealed class BoundedStream(Stream inner, long most) : ReadingStream
{
    /// <summary>Bytes read so far.</summary>
    public long Passed { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Passed += read;
        return Passed <= most ? read : throw new FaultException(Fault.TooLarge, $"the body holds more than {most} bytes");
    }
}

using System.Threading.Channels;
using Google.Protobuf;

namespace Shared.Events;

/// <summary>Messages that wait for one reader. Whoever writes never waits; when too many bytes lie here, the next message is refused.</summary>
internal sealed class Mailbox<T>(long mostBytes)
    where T : IMessage
{
    // What a message takes beside its bytes; so small ones are bounded too.
    private const int Overhead = 500;

    private readonly Channel<T> channel = Channel.CreateUnbounded<T>(new() { SingleReader = true });
    private long waiting;

    /// <summary>False when there is no room. One message passes alone, however large.</summary>
    public bool TryPost(T message)
    {
        var size = SizeOf(message);
        if (Interlocked.Add(ref waiting, size) <= mostBytes || Volatile.Read(ref waiting) == size)
        {
            return channel.Writer.TryWrite(message);
        }

        Interlocked.Add(ref waiting, -size);
        return false;
    }

    /// <summary>The reader gets this exception after, or instead of, what still waits.</summary>
    public void Close(Exception reason) => channel.Writer.TryComplete(reason);

    /// <summary>Waits for the next message.</summary>
    public async ValueTask<T> ReadAsync(CancellationToken ct)
    {
        try
        {
            return Taken(await channel.Reader.ReadAsync(ct));
        }
        catch (ChannelClosedException e) when (e.InnerException is { } reason)
        {
            throw reason;
        }
    }

    /// <summary>Throws away what waits.</summary>
    public void Clear()
    {
        while (channel.Reader.TryRead(out var message))
        {
            Taken(message);
        }
    }

    private T Taken(T message)
    {
        Interlocked.Add(ref waiting, -SizeOf(message));
        return message;
    }

    private static int SizeOf(T message) => message.CalculateSize() + Overhead;
}

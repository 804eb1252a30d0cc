using System.Net.Sockets;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// A connection that wakes whoever reads much of it only when much is there (socket(7), SO_RCVLOWAT), or when that takes long, and
/// nobody while he is busy with what he has. Each wake of a large download would cost him and its sender a switch.
/// </summary>
/// <remarks>A reader of a body never asks for more than is still to come of it, so what it waits for will be there.</remarks>
internal sealed class LowWaterStream : NetworkStream
{
    private const int Much = 128 * 1024;
    private const int MostAwaited = 512 * 1024;

    // The system makes room for twice as much, about what it finds for a fast sender itself.
    private const int WhileNobodyWaits = 4 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly ITimer patience;
    private int mark = 1;
    private bool isOver;
    private volatile bool isClosed;

    public LowWaterStream(Socket socket)
        : base(socket, ownsSocket: true) =>
        patience = TimeProvider.System.CreateTimer(_ => SetMark(1), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isMuch = buffer.Length >= Much;
        if (!isMuch)
        {
            SetMark(1);
        }

        var reading = base.ReadAsync(buffer, cancellationToken);
        return reading.IsCompleted ? reading : WaitAsync(reading, isMuch ? Math.Min(buffer.Length, MostAwaited) : null);
    }

    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            isOver = isClosed = true;
        }

        patience.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> WaitAsync(ValueTask<int> reading, int? much)
    {
        if (much is { } awaited)
        {
            SetMark(awaited);
            patience.Change(Patience, Timeout.InfiniteTimeSpan);
        }

        try
        {
            // To close a connection shuts it down first, which is no end of what its server sends.
            return await reading is var read && read == 0 && isClosed ? throw new IOException("the connection was closed on this side") : read;
        }
        finally
        {
            if (much is not null)
            {
                patience.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                SetMark(WhileNobodyWaits);
            }
        }
    }

    // A lower mark wakes the reader at once, if anything is there. A system that knows of none wakes it for every byte.
    private void SetMark(int bytes)
    {
        lock (gate)
        {
            if (bytes == mark || isOver)
            {
                return;
            }

            try
            {
                Socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, mark = bytes);
            }
            catch (SocketException)
            {
                isOver = true;
            }
        }
    }
}

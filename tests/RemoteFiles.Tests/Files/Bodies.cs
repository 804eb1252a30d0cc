namespace RemoteFiles.Tests.Files;

/// <summary>A request body that breaks after some bytes.</summary>
internal sealed class BrokenBody(byte[] bytes) : Body
{
    private int given;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (given == bytes.Length)
        {
            throw new IOException("the client went away");
        }

        var some = Math.Min(buffer.Length, bytes.Length - given);
        bytes.AsMemory(given, some).CopyTo(buffer);
        given += some;
        return ValueTask.FromResult(some);
    }
}

/// <summary>A request body that gives some bytes, tells so, and waits for an end that does not come by itself.</summary>
internal sealed class WaitingBody(byte[] bytes) : Body
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int given;

    /// <summary>Completes when all bytes are taken and more are asked for.</summary>
    public Task Reached => reached.Task;

    /// <summary>Ends the body.</summary>
    public void Release() => release.SetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (given == bytes.Length)
        {
            reached.TrySetResult();
            await release.Task.WaitAsync(cancellationToken);
            return 0;
        }

        var some = Math.Min(buffer.Length, bytes.Length - given);
        bytes.AsMemory(given, some).CopyTo(buffer);
        given += some;
        return some;
    }
}

/// <summary>As a body from the network is: read only, forward only, asynchronous only.</summary>
internal abstract class Body : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

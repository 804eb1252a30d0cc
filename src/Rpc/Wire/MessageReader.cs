using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;

namespace Rpc.Wire;

/// <summary>Reads Length-Prefixed-Messages: a compressed flag, four bytes of big-endian length, the message.</summary>
internal sealed class MessageReader(PipeReader pipe, int? maxMessageSize, string? encoding) : DeserializationContext
{
    private const int PrefixLength = 5;

    private ReadOnlySequence<byte> payload;

    public override int PayloadLength => (int)payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;

    /// <summary>The next message, or null when the sender has finished.</summary>
    public async ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken ct)
        where T : class
    {
        while (true)
        {
            var result = await pipe.ReadAsync(ct);
            var buffer = result.Buffer;
            var (consumed, examined) = (buffer.Start, buffer.Start);
            try
            {
                if (TryReadFrame(buffer, out var compressed, out var frame))
                {
                    consumed = examined = frame.End;
                    payload = compressed ? Inflate(frame) : frame;
                    return Parse(marshaller);
                }

                if (result.IsCompleted)
                {
                    return buffer.IsEmpty ? null : throw Failure(StatusCode.Internal, "The stream ended inside a message.");
                }

                examined = buffer.End;
            }
            finally
            {
                payload = default;
                pipe.AdvanceTo(consumed, examined);
            }
        }
    }

    private T Parse<T>(Marshaller<T> marshaller)
    {
        try
        {
            return marshaller.ContextualDeserializer(this);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw Failure(StatusCode.Internal, "The message could not be parsed.", e);
        }
    }

    private bool TryReadFrame(ReadOnlySequence<byte> buffer, out bool compressed, out ReadOnlySequence<byte> frame)
    {
        compressed = false;
        frame = default;
        if (buffer.Length < PrefixLength)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (prefix[0] > 1)
        {
            throw Failure(StatusCode.Internal, $"The compressed flag is {prefix[0]}; it must be 0 or 1.");
        }

        compressed = prefix[0] == 1;
        if (compressed && encoding is null or GrpcProtocol.Identity)
        {
            throw Failure(StatusCode.Internal, $"The message is compressed, but {GrpcProtocol.EncodingHeader} names no compression.");
        }

        if (length > (uint)(maxMessageSize ?? int.MaxValue))
        {
            throw TooLarge(length);
        }

        if (buffer.Length - PrefixLength < length)
        {
            return false;
        }

        frame = buffer.Slice(PrefixLength, length);
        return true;
    }

    private ReadOnlySequence<byte> Inflate(ReadOnlySequence<byte> frame)
    {
        var inflated = new ArrayBufferWriter<byte>();
        try
        {
            using var gzip = new GZipStream(PipeReader.Create(frame).AsStream(), CompressionMode.Decompress);
            while (gzip.Read(inflated.GetSpan(4096)) is > 0 and var read)
            {
                inflated.Advance(read);
                if (inflated.WrittenCount > (maxMessageSize ?? int.MaxValue))
                {
                    throw TooLarge(inflated.WrittenCount);
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw Failure(StatusCode.Internal, "The message could not be decompressed.", e);
        }

        return new(inflated.WrittenMemory);
    }

    private RpcException TooLarge(long length) =>
        Failure(StatusCode.ResourceExhausted, $"The message has {length} bytes or more; at most {maxMessageSize ?? int.MaxValue} are taken.");

    private static RpcException Failure(StatusCode code, string detail, Exception? cause = null) => new(new Status(code, detail, cause));
}

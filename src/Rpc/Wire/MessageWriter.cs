using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Grpc.Core;

namespace Rpc.Wire;

/// <summary>Makes Length-Prefixed-Messages. One buffer serves a whole call, so a frame is valid until the next one is made.</summary>
internal sealed class MessageWriter(int? maxMessageSize, bool compress) : SerializationContext, IBufferWriter<byte>
{
    private const int PrefixLength = 5;

    private byte[] buffer = [];
    private int length;
    private bool complete;

    public ReadOnlyMemory<byte> Frame<T>(T message, Marshaller<T> marshaller, bool mayCompress)
    {
        length = PrefixLength;
        complete = false;
        marshaller.ContextualSerializer(message, this);
        if (!complete)
        {
            throw new InvalidOperationException("The serializer did not complete the message.");
        }

        CheckSize(length - PrefixLength);
        buffer[0] = 0;
        if (compress && mayCompress)
        {
            Deflate();
        }

        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(1), length - PrefixLength);
        return buffer.AsMemory(0, length);
    }

    public override void SetPayloadLength(int payloadLength)
    {
        CheckSize(payloadLength);
        Reserve(payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => this;

    public override void Complete() => complete = true;

    public override void Complete(byte[] payload)
    {
        Reserve(payload.Length);
        payload.CopyTo(buffer, length);
        length += payload.Length;
        complete = true;
    }

    public void Advance(int count) => length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return buffer.AsMemory(length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    private void CheckSize(int size)
    {
        if (size > (maxMessageSize ?? int.MaxValue))
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"The message has {size} bytes; at most {maxMessageSize} are sent."));
        }
    }

    // Compressed only if that is smaller: a peer that inflates asynchronously can lose tiny compressed messages before an error status.
    private void Deflate()
    {
        using var deflated = new MemoryStream();
        using (var gzip = new GZipStream(deflated, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(buffer, PrefixLength, length - PrefixLength);
        }

        if (deflated.Length < length - PrefixLength)
        {
            buffer[0] = 1;
            deflated.GetBuffer().AsSpan(0, (int)deflated.Length).CopyTo(buffer.AsSpan(PrefixLength));
            length = PrefixLength + (int)deflated.Length;
        }
    }

    private void Reserve(int size)
    {
        var needed = Math.Max(length, PrefixLength) + size;
        if (needed > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(needed, buffer.Length * 2));
        }
    }
}

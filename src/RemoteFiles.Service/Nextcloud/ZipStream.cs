using System.Buffers.Binary;
using System.Text;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Reads a zip archive forwards, as it comes. A Nextcloud writes entries stored, with zip64 sizes that follow the data
/// (APPNOTE sections 4.3.7 and 4.3.9), so the reader has to be told how long an entry is.
/// <code>
/// PK 03 04 · 2d 00 · 08 08 · 00 00 · time · crc 0 · ff ff ff ff · ff ff ff ff · name length · extra length · name · extra · data
/// PK 07 08 · crc · 8 bytes size · 8 bytes size
/// </code>
/// </summary>
internal sealed class ZipStream(RemoteBody body, string host) : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;
    private const int HeaderSize = 30;
    private const uint LocalHeader = 0x04034B50;
    private const uint CentralHeader = 0x02014B50;
    private const uint EndOfCentralDirectory = 0x06054B50;
    private const uint Zip64EndOfCentralDirectory = 0x06064B50;
    private const uint Descriptor = 0x08074B50;
    private const int SizesFollow = 0x0008;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly BufferedStream stream = new(body, BufferSize);
    private readonly byte[] header = new byte[HeaderSize];

    /// <summary>The next entry; null at the directory that ends the archive, read to the end of the body.</summary>
    public async Task<ZipEntry?> NextAsync(CancellationToken ct)
    {
        await ReadAsync(header.AsMemory(0, 4), ct);
        switch (BinaryPrimitives.ReadUInt32LittleEndian(header))
        {
            case LocalHeader:
                return await HeaderAsync(ct);
            case CentralHeader or EndOfCentralDirectory or Zip64EndOfCentralDirectory:
                await stream.CopyToAsync(Stream.Null, ct);
                return null;
            default:
                throw Broken();
        }
    }

    /// <summary>The bytes of the entry that was read last; null when they are not <paramref name="length"/> whole ones, and nothing further can be read.</summary>
    public async Task<byte[]?> ContentAsync(ZipEntry entry, int length, CancellationToken ct)
    {
        if (!entry.SizesFollow && entry.Size != length)
        {
            return null;
        }

        var content = new byte[length];
        await ReadAsync(content, ct);
        var (crc, size) = entry.SizesFollow ? await DescriptorAsync(entry.IsZip64, ct) : (entry.Crc, entry.Size);
        return size == length && crc == Crc32.Of(content) ? content : null;
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<ZipEntry> HeaderAsync(CancellationToken ct)
    {
        await ReadAsync(header.AsMemory(4), ct);
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(6));
        var method = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8));
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(14));
        var size = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(22));
        var names = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26))];
        var extra = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28))];
        await ReadAsync(names, ct);
        await ReadAsync(extra, ct);
        if (method != 0)
        {
            throw Broken();
        }

        try
        {
            var isZip64 = size == uint.MaxValue;
            return new(StrictUtf8.GetString(names), (flags & SizesFollow) != 0, isZip64, crc, isZip64 ? Zip64Size(extra) : size);
        }
        catch (DecoderFallbackException e)
        {
            throw new FaultException(Fault.BadGateway, $"{host} names a file in no known encoding", e);
        }
    }

    // APPNOTE section 4.5.3: header id 1, then the uncompressed size first.
    private long Zip64Size(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1 && size >= 8 && extra.Length >= 12)
            {
                return BinaryPrimitives.ReadInt64LittleEndian(extra[4..]);
            }

            extra = extra[Math.Min(extra.Length, 4 + size)..];
        }

        throw Broken();
    }

    // One with another signature is none: the data was longer or shorter than it should be. The size is then told as -1.
    private async Task<(uint Crc, long Size)> DescriptorAsync(bool isZip64, CancellationToken ct)
    {
        var bytes = header.AsMemory(0, isZip64 ? 24 : 16);
        await ReadAsync(bytes, ct);
        return BinaryPrimitives.ReadUInt32LittleEndian(header) != Descriptor
            ? (0, -1)
            : (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)),
                isZip64 ? BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16)) : BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12)));
    }

    private async Task ReadAsync(Memory<byte> bytes, CancellationToken ct)
    {
        try
        {
            await stream.ReadExactlyAsync(bytes, ct);
        }
        catch (EndOfStreamException e)
        {
            throw new FaultException(Fault.BadGateway, $"{host} ended an archive before it was whole", e);
        }
    }

    private FaultException Broken() => new(Fault.BadGateway, $"{host} sends an archive that cannot be read");
}

/// <summary>The header before an entry's bytes; its checksum and size say nothing when <paramref name="SizesFollow"/>.</summary>
internal sealed record ZipEntry(string Name, bool SizesFollow, bool IsZip64, uint Crc, long Size)
{
    public bool IsFolder => Name.EndsWith('/');
}

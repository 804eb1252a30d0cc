using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace RemoteFiles.Http;

/// <summary>The part of a file that a request asks for (RFC 9110 section 14): first byte and count.</summary>
internal readonly record struct ByteRange(long Start, long Count)
{
    /// <summary>Null: no range, several, or a unit nobody knows, and the whole file is the answer. A count of 0: not satisfiable.</summary>
    public static ByteRange? Of(RangeHeaderValue? header, long size)
    {
        if (header is not { Unit.Value: "bytes", Ranges.Count: 1 } || header.Ranges.First() is not { } range)
        {
            return null;
        }

        if (range.From is not { } start)
        {
            var tail = Math.Min(range.To ?? 0, size);
            return new(size - tail, tail);
        }

        var end = Math.Min(range.To ?? long.MaxValue, size - 1);
        return start <= end ? new(start, end - start + 1) : new(0, 0);
    }

    public string Header(long size) => string.Create(CultureInfo.InvariantCulture, $"bytes {Start}-{Start + Count - 1}/{size}");
}

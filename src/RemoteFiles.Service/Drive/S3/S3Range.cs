using System.Net.Http.Headers;

namespace RemoteFiles.Drive.S3;

/// <summary>Content-Range of a part of something whose length is known: RFC 9110 section 14.4.</summary>
internal readonly record struct S3Range(long First, long Last, long Length)
{
    public static bool TryParse(string? header, out S3Range range)
    {
        range = default;
        if (!ContentRangeHeaderValue.TryParse(header, out var found) || found is not { From: { } first, To: { } last, Length: { } length })
        {
            return false;
        }

        range = new(first, last, length);
        return true;
    }
}

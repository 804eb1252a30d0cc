using System.Globalization;
using System.Text;

namespace StandIn;

/// <summary>Something that goes wrong with one answer, once; and whether it did.</summary>
/// <param name="Name">For people.</param>
/// <param name="When">Tells by the first line of a request.</param>
/// <param name="Skip">So many requests that fit go by before.</param>
internal sealed record WireFault(string Name, Func<string, bool> When, int Skip)
{
    private int seen;

    public bool Happened => seen > Skip;

    /// <summary>Bytes of the body that pass.</summary>
    public long? CutAfter { get; init; }

    /// <summary>What comes in place of the rest.</summary>
    public byte[] Tail { get; init; } = [];

    /// <summary>No Content-Length: the body ends with the connection.</summary>
    public bool HidesLength { get; init; }

    /// <summary>The request reaches its server, and its answer nobody.</summary>
    public bool DropsReply { get; init; }

    /// <summary>So many bytes at a time.</summary>
    public int? Drip { get; init; }

    /// <summary>A whole answer in place of the server's.</summary>
    public byte[]? Instead { get; init; }

    public static byte[] Status(int status, string headers = "", string type = "text/plain", string body = "") => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Fault\r\nContent-Type: {type}\r\n{headers}Connection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

    /// <summary>One of each kind, at requests that fit, in a random order.</summary>
    public static IReadOnlyList<WireFault> OneOfEach(Func<string, bool> when, Random random, int requests, string prefix)
    {
        var html = "<!DOCTYPE html><html><body>Service temporarily unavailable</body></html>";
        WireFault[] kinds =
        [
            new("cut", when, 0) { CutAfter = random.Next(1, 2000) },
            new("cut at once", when, 0) { CutAfter = 0 },
            new("no length", when, 0) { HidesLength = true },
            new("no length and short", when, 0) { HidesLength = true, CutAfter = random.Next(1, 2000) },
            new("HTML tail", when, 0) { HidesLength = true, CutAfter = random.Next(1, 2000), Tail = Encoding.UTF8.GetBytes(html) },
            new("HTML page", when, 0) { Instead = Status(200, type: "text/html", body: html) },
            new("500", when, 0) { Instead = Status(500) },
            new("502 page", when, 0) { Instead = Status(502, type: "text/html", body: html) },
            new("503", when, 0) { Instead = Status(503) },
            new("423", when, 0) { Instead = Status(423) },
            new("429", when, 0) { Instead = Status(429, "Retry-After: 1\r\n") },
            new("redirect", when, 0) { Instead = Status(302, "Location: http://127.0.0.1:1/login\r\n") },
            new("dropped reply", when, 0) { DropsReply = true },
            new("drip", when, 0) { Drip = 700 },
        ];
        return [.. kinds.Select(kind => kind with { Name = $"{prefix} {kind.Name}", Skip = random.Next(requests) })];
    }

    internal bool Takes(string request)
    {
        if (Happened || !When(request))
        {
            return false;
        }

        seen++;
        return Happened;
    }
}

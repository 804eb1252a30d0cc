using System.Globalization;
using System.Text;

namespace StandIn;

/// <summary>The head of a request or an answer, as lines.</summary>
internal sealed record WireMessage(IReadOnlyList<string> Lines)
{
    private const int LongestHead = 64 * 1024;

    /// <summary>Null when the connection ended before it began.</summary>
    public static async Task<WireMessage?> ReadAsync(Stream stream, CancellationToken ct)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < LongestHead && await stream.ReadAsync(one, ct) > 0)
        {
            head.Append((char)one[0]);
            if (head.Length > 3 && head[^1] == '\n' && head[^3] == '\n')
            {
                return new([.. head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries)]);
            }
        }

        return head.Length == 0 ? null : throw new IOException("a head that does not end");
    }

    public bool Has(string header) => Find(header) is not null;

    public WireMessage Without(params string[] headers) => new([.. Lines.Where((line, i) => i == 0 || !Array.Exists(headers, header => Is(line, header)))]);

    public byte[] Head(params string[] more) => Encoding.Latin1.GetBytes(string.Join("\r\n", [.. Lines, .. more, "", ""]));

    public async Task CopyBodyAsync(Stream from, Stream to, CancellationToken ct)
    {
        var left = long.Parse(Find("Content-Length") ?? "0", CultureInfo.InvariantCulture);
        var buffer = new byte[64 * 1024];
        while (left > 0)
        {
            var count = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), ct);
            if (count == 0)
            {
                throw new IOException("a body that does not end");
            }

            await to.WriteAsync(buffer.AsMemory(0, count), ct);
            left -= count;
        }
    }

    private string? Find(string header) => Lines.Skip(1).FirstOrDefault(line => Is(line, header))?[(header.Length + 1)..].Trim();

    private static bool Is(string line, string header) => line.StartsWith(header + ":", StringComparison.OrdinalIgnoreCase);
}

using System.Text;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>One request to a real Nextcloud 32.0.1 and its answer, as recorded: a comment, the request, the answer, lines ended by LF.</summary>
internal sealed record Recording(
    string Method, string Target, IReadOnlyDictionary<string, string> Sent, string StatusLine, IReadOnlyList<string> Headers, byte[] Body)
{
    public static Recording Load(string name)
    {
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Wire", "nextcloud-32.0.1", name + ".http")));
        var split = text.IndexOf("\n\nHTTP/1.1 ", StringComparison.Ordinal);
        var request = text[(text.IndexOf('\n') + 1)..split].Split("\n\n", 2)[0].Split('\n');
        var answer = text[(split + 2)..].Split("\n\n", 2);
        var head = answer[0].Split('\n');
        var length = head.FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal)) is { } header
            ? int.Parse(header["Content-Length: ".Length..])
            : answer[1].TrimEnd('\n').Length;
        return new(
            request[0].Split(' ')[0],
            request[0].Split(' ')[1],
            request.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase),
            head[0],
            head[1..],
            Encoding.Latin1.GetBytes(answer[1][..length]));
    }

    /// <summary>The answer's bytes, framed as its headers say.</summary>
    public byte[] Answer()
    {
        var chunked = Headers.Contains("Transfer-Encoding: chunked");
        var head = Encoding.Latin1.GetBytes(string.Join("\r\n", Headers.Prepend(StatusLine)) + "\r\n\r\n");
        return chunked ? [.. head, .. Chunk(Body), .. "0\r\n\r\n"u8] : [.. head, .. Body];
    }

    public static byte[] Chunk(byte[] bytes) => bytes.Length == 0 ? [] : [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8];
}

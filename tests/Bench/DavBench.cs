using System.Globalization;
using Bridge;
using SystemTests;

namespace Bench;

/// <summary>Our own face, through the edge, against the WebDAV servers that people run: the same requests, each in its turn.</summary>
internal sealed class DavBench : IBench
{
    private const int Listed = 1000;
    private const int SmallSize = 4096;
    private const int Listings = 20;
    private const int Requests = 1000;
    private const int MegaByte = 1024 * 1024;
    private const int LargeSize = 512 * MegaByte;
    private const string Large = "large";

    private static readonly byte[] Small = RandomBytes(SmallSize);
    private static readonly byte[] Block = RandomBytes(MegaByte);

    // What Nextcloud's desktop app asks for, of what all of them have.
    private static readonly byte[] Question =
        """<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/><d:getlastmodified/><d:getcontentlength/><d:getetag/></d:prop></d:propfind>"""u8.ToArray();

    public string Name => "dav";

    public string Summary => "[rounds] [words]: PROPFIND, GET and PUT, small and large, against Apache mod_dav and rclone serve webdav; nextcloudcmd, also with BENCH_NEXTCLOUD; the flushes of a PUT; only rows with such a word";

    public async Task RunAsync(string[] arguments, CancellationToken ct)
    {
        var rounds = arguments is [var given, ..] ? int.Parse(given, CultureInfo.InvariantCulture) : 3;
        var words = arguments.Skip(1).ToList();
        await using var bridge = await BridgeProcess.StartAsync(ct);
        await using var apache = await DavPeer.ApacheAsync(ct);
        await using var rclone = await DavPeer.RcloneAsync(ct);
        using var admin = bridge.Admin();
        var own = await OwnAsync(admin, bridge.Address, ct);
        var servers = new (string Name, HttpClient Http)[]
        {
            (own.Name, Based(own.Client(), own.Files)), (apache.Name, Based(new(), apache.Files)), (rclone.Name, Based(new(), rclone.Files)),
        };
        foreach (var (_, http) in servers)
        {
            await FillAsync(http, ct);
        }

        Task RaceAsync(string title, double amount, string unit, Work run, Work? prepare = null) => words.Count > 0 && !words.Exists(title.Contains)
            ? Task.CompletedTask
            : new Race(title, amount, unit, fromCold: false).RunAsync(
                [.. servers.Select(server => new Contestant(
                    server.Name,
                    (round, stop) => prepare?.Invoke(server.Http, round, stop) ?? Task.CompletedTask,
                    (round, stop) => run(server.Http, round, stop)))],
                rounds,
                ct);

        await RaceAsync($"PROPFIND Depth 1 of {Listed} files", Listings, "requests", (http, _, stop) => RepeatAsync(Listings, 1, (_, s) => ListAsync(http, s), stop));
        foreach (var together in new[] { 1, 8 })
        {
            var count = Requests * together;
            await RaceAsync($"GET of 4 KiB, {together} at once", count, "files", (http, _, stop) => RepeatAsync(count, together, (i, s) => GetAsync(http, $"list/{i % Listed}", s), stop));
            await RaceAsync(
                $"PUT of 4 KiB, {together} at once",
                count,
                "files",
                (http, round, stop) => RepeatAsync(count, together, (i, s) => PutAsync(http, $"put/{together}-{round}-{i}", new ByteArrayContent(Small), s), stop));
        }

        await RaceAsync("PUT of 512 MiB", LargeSize / 1e6, "MB", PutLargeAsync, DeleteLargeAsync);
        await RaceAsync("GET of 512 MiB", LargeSize / 1e6, "MB", (http, _, stop) => GetAsync(http, Large, stop), PutLargeAsync);
        if (words is [] || words.Exists("nextcloudcmd".Contains))
        {
            await DesktopSync.RaceAsync([own, .. DavSource.FromEnvironment() is { } nextcloud ? [nextcloud] : Array.Empty<DavSource>()], rounds, ct);
        }

        if (words is [] || words.Exists("flushes".Contains))
        {
            await PutFlushes.PrintAsync(ct);
        }
    }

    private delegate Task Work(HttpClient http, int round, CancellationToken ct);

    private static Task PutLargeAsync(HttpClient http, int round, CancellationToken ct) => PutAsync(http, Large, new LargeContent(), ct);

    private static async Task DeleteLargeAsync(HttpClient http, int round, CancellationToken ct)
    {
        using var answer = await http.DeleteAsync(Large, ct);
    }

    /// <summary>A new instance of the bridge at this address, as a Nextcloud.</summary>
    public static async Task<DavSource> OwnAsync(AdminClient admin, Uri address, CancellationToken ct)
    {
        var domain = address.Authority;
        await admin.AddInstanceAsync(domain, "passphrase", "en", quota: null, ct);
        return DavSource.Nextcloud("bridge", address, domain.Split('.', ':')[0], await admin.AddAppPasswordAsync(domain, "bench", ct));
    }

    public static Task PutManyAsync(HttpClient http, Uri files, string names, int count, int together, CancellationToken ct) =>
        RepeatAsync(count, together, (i, stop) => PutAsync(http, new Uri(files, $"{names}{i}").AbsoluteUri, new ByteArrayContent(Small), stop), ct);

    private static HttpClient Based(HttpClient http, Uri files)
    {
        (http.BaseAddress, http.Timeout) = (files, Timeout.InfiniteTimeSpan);
        return http;
    }

    private static async Task FillAsync(HttpClient http, CancellationToken ct)
    {
        foreach (var folder in new[] { "list", "put" })
        {
            using var made = await http.SendAsync(new(new("MKCOL"), folder), ct);
            made.EnsureSuccessStatusCode();
        }

        await RepeatAsync(Listed, 4, (i, stop) => PutAsync(http, $"list/{i}", new ByteArrayContent(Small), stop), ct);
    }

    private static Task RepeatAsync(int times, int together, Func<int, CancellationToken, Task> ask, CancellationToken ct) => Parallel.ForEachAsync(
        Enumerable.Range(0, times), new ParallelOptions { MaxDegreeOfParallelism = together, CancellationToken = ct }, async (i, stop) => await ask(i, stop));

    private static async Task ListAsync(HttpClient http, CancellationToken ct)
    {
        using var question = new HttpRequestMessage(new("PROPFIND"), "list/") { Headers = { { "Depth", "1" } }, Content = new ByteArrayContent(Question) };
        question.Content.Headers.ContentType = new("text/xml");
        await ReadAsync(http, question, ct);
    }

    private static async Task GetAsync(HttpClient http, string path, CancellationToken ct)
    {
        using var question = new HttpRequestMessage(HttpMethod.Get, path);
        await ReadAsync(http, question, ct);
    }

    private static async Task ReadAsync(HttpClient http, HttpRequestMessage question, CancellationToken ct)
    {
        using var answer = await http.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, ct);
        answer.EnsureSuccessStatusCode();
        await answer.Content.CopyToAsync(Stream.Null, ct);
    }

    private static async Task PutAsync(HttpClient http, string path, HttpContent content, CancellationToken ct)
    {
        using var answer = await http.PutAsync(path, content, ct);
        answer.EnsureSuccessStatusCode();
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private sealed class LargeContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            for (var sent = 0; sent < LargeSize; sent += Block.Length)
            {
                await stream.WriteAsync(Block);
            }
        }

        protected override bool TryComputeLength(out long length) => (length = LargeSize) > 0;
    }
}

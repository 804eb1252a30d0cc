using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using RemoteFiles.Tests.Nextcloud;

namespace RemoteFiles.Tests.Routes;

/// <summary>Big folders of a remote Nextcloud: each entry is passed on while the next are still to come, and none is kept.</summary>
[Collection(AloneCollection.Name)]
public sealed class ListStreamTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const int Some = 500;
    private const int Many = 100_000;

    // Half of the entries would be 20 MB and more; the tests beside this one have memory of their own.
    private const long Kept = 12_000_000;
    private const string User = """{"ocs":{"meta":{"status":"ok","statuscode":200,"message":"OK"},"data":{"id":"carol"}}}""";

    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    public async Task The_first_entries_come_while_the_Nextcloud_holds_back_the_rest(string encoding)
    {
        var gate = new TaskCompletionSource();
        await using var nextcloud = Script(async exchange =>
        {
            await exchange.SendAsync(Listing.Begin(Listing.Folder("/remote.php/dav/files/carol/"), Entries(0, Some)));
            await gate.Task;
            await exchange.SendAsync([.. Chunk(Entries(Some, 1) + Listing.End), .. "0\r\n\r\n"u8]);
        });
        using var answer = await OpenAsync(nextcloud, encoding);
        await using var body = await BodyAsync(answer);

        var before = await ReadUntilAsync(body, $"\"name\":\"{NameOf(Some / 2)}\"");
        Assert.False(gate.Task.IsCompleted);
        Assert.DoesNotContain(NameOf(Some), before, StringComparison.Ordinal);
        gate.SetResult();

        var whole = before + await new StreamReader(body).ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Some + 1, JsonNode.Parse(whole)!["data"]!.AsArray().Count);
        Assert.Equal(Some + 1, (int)JsonNode.Parse(whole)!["meta"]!["count"]!);
        await nextcloud.PlayedAsync();
    }

    [Fact]
    public async Task Of_a_hundred_thousand_entries_none_is_kept()
    {
        const int part = 500;
        var (half, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var nextcloud = Script(async exchange =>
        {
            await exchange.SendAsync(Listing.Begin(Listing.Folder("/remote.php/dav/files/carol/")));
            for (var i = 0; i < Many; i += part)
            {
                if (i == Many / 2)
                {
                    half.SetResult();
                    await gate.Task;
                }

                await exchange.SendAsync(Chunk(Entries(i, part)));
            }

            await exchange.SendAsync([.. Chunk(Listing.End), .. "0\r\n\r\n"u8]);
        });
        using var answer = await OpenAsync(nextcloud, "identity");
        await using var body = await BodyAsync(answer);
        var counter = new EntryCounter(body);
        await counter.ReadAsync(part);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        // The server has sent half, and all of it but the last few is here: nothing between us has it.
        await counter.ReadAsync((Many / 2) - part);
        await half.Task;
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        gate.SetResult();
        await counter.ReadAsync(Many);

        Assert.True(grown < Kept, $"{grown} bytes are kept half way through {Many} entries");
        Assert.True(counter.IsWhole);
        await nextcloud.PlayedAsync();
    }

    private static ScriptedServer Script(Func<Exchange, Task> listing) => new ScriptedServer()
        .ThenAnswer("200 OK\r\nContent-Type: application/json", User)
        .Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await listing(exchange);
        });

    private async Task<HttpResponseMessage> OpenAsync(ScriptedServer nextcloud, string encoding)
    {
        var account = await RouteFixture.AddAccountAsync(Cozy, $"http://{nextcloud.Host}/", "carol", "password");
        var answer = await Cozy.OpenAsync("GET", $"/remote/nextcloud/{account}/", null, ("Accept-Encoding", encoding));
        Assert.Equal(encoding == "gzip" ? ["gzip"] : [], answer.Content.Headers.ContentEncoding);
        return answer;
    }

    private static async Task<Stream> BodyAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        return answer.Content.Headers.ContentEncoding.Count == 0 ? body : new GZipStream(body, CompressionMode.Decompress);
    }

    private static async Task<string> ReadUntilAsync(Stream body, string text)
    {
        var (read, buffer) = (new StringBuilder(), new byte[4096]);
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await body.ReadAsync(buffer, TestContext.Current.CancellationToken);
            Assert.True(count > 0, "the listing ended");
            read.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return read.ToString();
    }

    private static string NameOf(int number) => $"entry{number:D6}.txt";

    private static string Entries(int first, int count) =>
        string.Concat(Enumerable.Range(first, count).Select(number => Listing.File("/remote.php/dav/files/carol/" + NameOf(number), number)));

    private static byte[] Chunk(string text) => Recording.Chunk(Encoding.UTF8.GetBytes(text));

    /// <summary>Counts the entries that pass, and keeps no more of them than the last bytes.</summary>
    private sealed class EntryCounter(Stream body)
    {
        private static readonly byte[] Mark = "\"name\":\"entry"u8.ToArray();
        private readonly byte[] buffer = new byte[64 * 1024];
        private int kept;
        private int count;

        public bool IsWhole => count == Many && Encoding.UTF8.GetString(buffer, 0, kept).EndsWith("}\n", StringComparison.Ordinal);

        public async Task ReadAsync(int wanted)
        {
            while (count < wanted || wanted == Many)
            {
                var read = await body.ReadAsync(buffer.AsMemory(kept), TestContext.Current.CancellationToken);
                if (read == 0)
                {
                    Assert.Equal(Many, count);
                    return;
                }

                Count(kept + read);
            }
        }

        private void Count(int length)
        {
            var rest = buffer.AsSpan(0, length);
            for (int at; (at = rest.IndexOf(Mark)) >= 0; rest = rest[(at + Mark.Length)..])
            {
                count++;
            }

            // What may be the beginning of a mark.
            var tail = rest[Math.Max(0, rest.Length - Mark.Length + 1)..];
            kept = tail.Length;
            tail.CopyTo(buffer);
        }
    }
}

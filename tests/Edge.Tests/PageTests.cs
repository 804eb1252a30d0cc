using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;

namespace Edge.Tests;

/// <summary>The files of the page as they come over the wire.</summary>
public sealed partial class PageTests : IAsyncLifetime
{
    private const int MostBytes = 100_000;
    private readonly EdgeFixture edge = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => edge.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await edge.DisposeAsync();
    }

    [Fact]
    public async Task The_page_runs_no_code_but_its_own_and_in_no_frame()
    {
        using var answer = await http.GetAsync(edge.Address, Ct);
        var html = await ReadAsync(answer);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotMatch("<script(?! type=\"module\" src=\"page/)|<style| on[a-z]+=| style=", html);
    }

    [Fact]
    public async Task An_unchanged_file_is_not_sent_again_and_a_changed_one_is_never_missed()
    {
        using var first = await http.GetAsync(new Uri(edge.Address, "/page/main.js"), Ct);
        Assert.Equal("no-cache", first.Headers.CacheControl!.ToString());
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri(edge.Address, "/page/main.js"));
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var unchanged = await http.SendAsync(again, Ct);
        using var other = new HttpRequestMessage(HttpMethod.Get, new Uri(edge.Address, "/page/main.js"));
        other.Headers.IfNoneMatch.Add(new("\"another\""));
        using var changed = await http.SendAsync(other, Ct);

        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.OK), (unchanged.StatusCode, changed.StatusCode));
    }

    [Fact]
    public async Task Everything_that_a_load_needs_is_there_and_less_than_a_hundred_kilobytes()
    {
        var (known, waiting, total) = (new HashSet<string> { "/" }, new Queue<string>(["/"]), 0L);
        while (waiting.TryDequeue(out var path))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(edge.Address, path));
            request.Headers.AcceptEncoding.ParseAdd("gzip");
            using var answer = await http.SendAsync(request, Ct);
            Assert.True(answer.IsSuccessStatusCode, path);
            total += answer.Content.Headers.ContentLength!.Value;
            var text = await ReadAsync(answer);
            foreach (var name in Named().Matches(text).Select(match => match.Groups["name"].Value).Where(_ => !path.EndsWith(".svg", StringComparison.Ordinal)))
            {
                // Modules name each other from where they are, and pictures from where the page is.
                var address = new Uri(new Uri(edge.Address, name.StartsWith("page/", StringComparison.Ordinal) ? "/" : path), name).AbsolutePath;
                if (known.Add(address))
                {
                    waiting.Enqueue(address);
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{known.Count} files, {total} bytes");
        Assert.InRange(known.Count, 20, 60);
        Assert.InRange(total, 1, MostBytes);
        Assert.Empty(edge.RemoteFiles.LastTarget);
    }

    [Fact]
    public async Task What_is_no_file_of_the_page_and_other_methods_belong_to_the_services()
    {
        using var unknown = await http.GetAsync(new Uri(edge.Address, "/page/none.js"), Ct);
        Assert.Equal("/page/none.js", edge.RemoteFiles.LastTarget);
        using var propfind = await http.SendAsync(new(new("PROPFIND"), edge.Address), Ct);

        Assert.Equal("/", edge.RemoteFiles.LastTarget);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage answer)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(Ct);
        await using var plain = answer.Content.Headers.ContentEncoding.Contains("gzip") ? new GZipStream(body, CompressionMode.Decompress) : body;
        using var reader = new StreamReader(plain);
        return await reader.ReadToEndAsync(Ct);
    }

    [GeneratedRegex("""(?:from |import\(|href="|src="|src: )['"]?(?<name>(?:\./|page/)[\w./-]+\.(?:js|css|svg))""")]
    private static partial Regex Named();
}

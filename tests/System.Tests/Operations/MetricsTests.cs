using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Bridge.Demo;
using global::Operations;
using global::Operations.Metrics;

namespace SystemTests.Operations;

/// <summary>GET /metrics: its format, what it tells, and what it does not.</summary>
public sealed partial class MetricsTests
{
    private static readonly string[] FromTheStart =
    [
        "migration_ended_total{outcome=\"failed\"}", "migration_files_total{outcome=\"arrived\"}", "migration_size_bytes_total", "migration_lease_takeovers_total",
        "drive_contents_damaged_total", "nextcloud_logins_refused_total",
        "access_logins_refused_total{trial=\"passphrase\"}", "access_logins_limited_total{trial=\"login flow\"}",
    ];

    [Fact]
    public async Task A_bridge_at_work_tells_what_it_did_at_the_address_for_it_alone_and_names_nobody()
    {
        var ct = TestContext.Current.CancellationToken;
        var port = FreePort.Take();
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string> { ["Listen__Metrics"] = $"127.0.0.1:{port}" }, ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        using var http = new HttpClient();
        Task<Exposition> ReadAsync() => MetricsTests.ReadAsync(http, port, ct);

        var before = await ReadAsync();
        Assert.All(FromTheStart, series => Assert.Contains(series, before.Series));
        Assert.All(FromTheStart, series => Assert.Equal(0, before[series]));
        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, source.Password, ct, "migrate", bridge.Domain("alma"), "--url", source.Url, "--login", source.User));
        using var wrong = new HttpRequestMessage(new HttpMethod("PROPFIND"), new Uri(bridge.Address, "/remote.php/dav/files/alma/"));
        wrong.Headers.Host = bridge.Domain("alma");
        wrong.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("alma:canary-password")));
        using var refused = await http.SendAsync(wrong, ct);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        var now = await ReadAsync();
        var files = source.Sample.Files.Count;
        Assert.Equal(files, now["migration_files_total{outcome=\"arrived\"}"]);
        Assert.Equal(0, now["migration_files_total{outcome=\"failed\"}"]);
        Assert.Equal(source.Sample.Bytes, now["migration_size_bytes_total"]);
        Assert.Equal(1, now["migration_ended_total{outcome=\"complete\"}"]);
        Assert.Equal(files, now["drive_files_stored_total"] - before["drive_files_stored_total"]);
        Assert.Equal(source.Sample.Bytes, now["drive_size_stored_bytes_total"] - before["drive_size_stored_bytes_total"]);
        Assert.Equal(1, now["access_logins_refused_total{trial=\"app password\"}"]);
        Assert.True(now["nextcloud_request_duration_seconds_count{method=\"PROPFIND\",status=\"2xx\"}"] > 0);
        Assert.True(now["storage_commits_total"] > before["storage_commits_total"]);
        Assert.True(now["storage_commit_duration_seconds_count"] > 0);
        Assert.True(now["storage_disk_free_bytes"] > 0);
        Assert.Equal("gauge", now.Types["migration_active"]);
        Assert.Contains("migration_active{state=\"abandoned\"}", now.Series);
        Assert.Contains(now.Series, series => series.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal) && series.Contains("http_route=\"/remote/nextcloud/migration\"", StringComparison.Ordinal));

        string[] names = ["canary", "alma", source.User + "@", bridge.Domain("alma"), .. source.Sample.Files.Select(file => file.Path.Split('/')[^1])];
        Assert.DoesNotContain(now.Series, series => names.Any(name => series.Contains(name, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Nothing_of_it_is_at_the_public_address_and_nothing_else_is_at_its_own()
    {
        var ct = TestContext.Current.CancellationToken;
        var port = FreePort.Take();
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string> { ["Listen__Metrics"] = $"127.0.0.1:{port}" }, ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Host = bridge.Domain("alma");

        foreach (var address in new[] { bridge.Address, bridge.AdminAddress })
        {
            using var answer = await http.GetAsync(new Uri(address, "/metrics"), ct);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        foreach (var path in new[] { "/", "/files/", "/health/ready", "/metrics/x" })
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"), ct);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        using var post = await http.PostAsync(new Uri($"http://127.0.0.1:{port}/metrics"), null, ct);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public void Labels_of_any_text_histograms_and_gauges_are_written_as_the_format_asks()
    {
        using var metrics = new MetricsText();
        using var meter = new Meter("Bridge.Test");
        var counter = meter.CreateCounter<long>("test.counted", "{thing}", "Two\nlines, and a \\.");
        var histogram = meter.CreateHistogram("test.lasted", "s", "Time.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        var set = meter.CreateGauge<int>("test.set");
        var (observed, state) = (3, "one");
        meter.CreateObservableGauge("test.observed", () => new Measurement<long>(observed, new KeyValuePair<string, object?>("state", state)));
        const string Odd = "a \"b\"\\\n{}, é";

        counter.Add(2, new KeyValuePair<string, object?>("odd.name", Odd));
        counter.Add(3, new KeyValuePair<string, object?>("odd.name", Odd));
        Array.ForEach([0.05, 0.1, 0.5, 7], value => histogram.Record(value));
        set.Record(5);
        set.Record(4);
        _ = metrics.Write();
        (observed, state) = (4, "other");
        var read = Exposition.Parse(metrics.Write());

        Assert.Equal(5, read["""test_counted_total{odd_name="a \"b\"\\\n{}, é"}"""]);
        Assert.Equal((2, 3, 4), (read["test_lasted_seconds_bucket{le=\"0.1\"}"], read["test_lasted_seconds_bucket{le=\"1\"}"], read["test_lasted_seconds_bucket{le=\"+Inf\"}"]));
        Assert.Equal(7.65, read["test_lasted_seconds_sum"], 6);
        Assert.Equal(4, read["test_set"]);
        Assert.Equal(4, read["test_observed{state=\"other\"}"]);
        Assert.DoesNotContain("test_observed{state=\"one\"}", read.Series);
    }

    [Fact]
    public void A_label_that_takes_any_value_does_not_fill_the_memory()
    {
        using var metrics = new MetricsText();
        using var meter = new Meter("Bridge.Flood");
        var counter = meter.CreateCounter<long>("test.flood");

        for (var i = 0; i < 10_000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("name", i));
        }

        var read = Exposition.Parse(metrics.Write());
        Assert.Equal(2001, read.Series.Count(series => series.StartsWith("test_flood", StringComparison.Ordinal)));
        Assert.Equal(8000, read["test_flood_total{otel_metric_overflow=\"true\"}"]);
    }

    [Fact]
    public void Every_instrument_and_probe_stands_in_the_document_for_operators_and_no_other()
    {
        var code = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var made = Created().Matches(code).Select(match => match.Groups["name"].Value).Concat(Instruments.OfFramework.Keys.Select(key => key.Name)).Order().ToList();
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        var told = Row().Matches(document).Select(match => match.Groups["name"].Value).Order().ToList();

        Assert.True(made.Count > 20, "the instruments were not found");
        Assert.Equal(made, told);
        Assert.All(new[] { Probes.Startup, Probes.Live, Probes.Ready }, probe => Assert.Contains($"| `{probe}` |", document, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_event_that_warns_stands_in_the_document_with_what_to_do_and_no_other()
    {
        var code = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var made = Warned().Matches(code).Select(match => $"{match.Groups["level"].Value} {match.Groups["name"].Value}").Distinct().Order().ToList();
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        var told = Event().Matches(document).Select(match => $"{match.Groups["level"].Value} {match.Groups["name"].Value}").Order().ToList();

        Assert.True(made.Count > 30, "the events were not found");
        Assert.Equal(made, told);
    }

    [Fact]
    public void Every_alert_asks_for_what_is_measured_and_the_document_says_what_to_do()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        var measured = Row().Matches(document).Select(match => match.Groups["name"].Value.Replace('.', '_')).ToList();
        var alerts = Assert.Single(Yaml.Read("deploy", "prometheus-alerts.yaml"))["groups"]![0]!["rules"]!.AsArray();
        foreach (var alert in alerts)
        {
            Assert.Contains($"| `{(string)alert!["alert"]!}` | {(string)alert["labels"]!["severity"]!}: ", document, StringComparison.Ordinal);
            Assert.All(Metric().Matches((string)alert["expr"]!), metric => Assert.Contains(measured, name => metric.Value.StartsWith(name, StringComparison.Ordinal)));
        }

        Assert.True(alerts.Count > 10, "the alerts were not found");
        var headings = Heading().Matches(document).Select(match => match.Groups["text"].Value.ToLowerInvariant().Replace(' ', '-')).ToList();
        Assert.All(Link().Matches(document), link => Assert.Contains(link.Groups["to"].Value, headings));
    }

    private static async Task<Exposition> ReadAsync(HttpClient http, int port, CancellationToken ct)
    {
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/metrics"), ct);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        return Exposition.Parse(await answer.Content.ReadAsStringAsync(ct));
    }

    [GeneratedRegex(@"\.Create(Observable)?(Counter|Gauge|Histogram|UpDownCounter)(<\w+>)?\(\s*""(?<name>[a-z._]+)""")]
    private static partial Regex Created();

    [GeneratedRegex(@"\b[a-z]+(_[a-z]+)+_(seconds|bytes|total|connected|letters|active)\w*")]
    private static partial Regex Metric();

    [GeneratedRegex(@"LogLevel\.(?<level>Warning|Error|Critical),\s*""[^""]*"",\s*EventName = ""(?<name>[^""]+)""")]
    private static partial Regex Warned();

    [GeneratedRegex(@"^\| (?<level>Warning|Error|Critical) \| `(?<name>[^`]+)` \| \S", RegexOptions.Multiline)]
    private static partial Regex Event();

    [GeneratedRegex(@"^##+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(#(?<to>[\w-]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\| `(?<name>[a-z._]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Bridge.Demo;
using Migration.Tests.Fakes;
using StandIn;

namespace SystemTests.Operations;

/// <summary>One trace from who asks to the Nextcloud, in one process and in three, and what no span may carry.</summary>
public sealed class TraceTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    [Fact]
    public async Task A_request_is_one_trace_from_the_browser_through_all_services_and_the_broker_and_a_run_links_to_it()
    {
        var ct = TestContext.Current.CancellationToken;

        // Of its own: a worker of another test would take the command.
        await using var broker = new RabbitMqServer();
        await broker.StartAsync();
        await using var collector = await Collector.StartAsync(ct);
        await using var nextcloud = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfInstanceAsync(nextcloud, SampleTree.Make(), ct);
        var settings = new Dictionary<string, string>(Of(collector)) { ["RabbitMq__Uri"] = broker.Uri };
        await using var services = await ThreeServices.StartAsync(settings, ct);
        using var alma = await services.AddInstanceAsync("alma", ct);

        var id = await TriggerAsync(services, source, ct);
        await Eventually.GetAsync(() => alma.GetMigrationAsync(id, ct), migration => (string)migration["status"]! == "completed");
        await EndAsync(services.Processes.Values, ct);

        var trace = collector.Spans.Where(span => span.Trace == Trace).ToList();
        var edge = Assert.Single(trace, span => span.Parent == Caller);
        Assert.Equal(("edge", "POST /remote/nextcloud/migration"), (edge.Service, edge.Name));
        var door = Assert.Single(trace, span => span.Service == "migration" && span.Name == "POST /remote/nextcloud/migration");
        Assert.Equal("edge", Assert.Single(trace, span => span.Id == door.Parent).Service);
        Assert.Equal(edge.Id, Assert.Single(trace, span => span.Id == door.Parent).Parent);
        var probe = Assert.Single(trace, span => span.Service == "remote-files" && span.Name.EndsWith("Transfers/Probe", StringComparison.Ordinal));
        Assert.Contains(trace, span => span.Parent == probe.Id && span.Tags["server.address"].EndsWith(".localhost", StringComparison.Ordinal));
        var published = Assert.Single(trace, span => span.Name == "publish nextcloud.migration.requested");
        Assert.Equal(door.Id, published.Parent);
        Assert.Equal(published.Id, Assert.Single(trace, span => span.Name == "process migration.nextcloud.commands").Parent);

        var run = Assert.Single(collector.Spans, span => span.Name == "migration run");
        Assert.NotEqual(Trace, run.Trace);
        Assert.Equal([Trace], run.LinkedTraces);
        Assert.Equal(id, run.Tags["migration.id"]);
        Assert.Contains(collector.Spans, span => span.Trace == run.Trace && span.Service == "remote-files" && span.Tags.ContainsKey("server.address"));
        AssertNothingIsTold(collector, source);
    }

    [Fact]
    public async Task In_one_process_it_is_the_same_trace_and_baggage_goes_nowhere()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var collector = await Collector.StartAsync(ct);
        await using var nextcloud = await StandInNextcloud.StartAsync();
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string>(Of(collector)) { ["Nextcloud__SendsTraceParent"] = "true" }, ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        using var admin = bridge.Admin();
        var account = (await admin.AddAccountAsync(bridge.Domain("alma"), nextcloud.Url.ToString(), "canary-login", "canary-password", ct)).Trim();

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(bridge.Address, $"/remote/nextcloud/{account}/canary-folder?canary=query"));
        request.Headers.Host = bridge.Domain("alma");
        request.Headers.Authorization = new("Bearer", await admin.CliTokenAsync(bridge.Domain("alma"), ["io.cozy.files"], ct));
        request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
        request.Headers.Add("baggage", "canary=baggage");
        using var http = new HttpClient();
        using var answer = await http.SendAsync(request, ct);
        await EndAsync([bridge.Process], ct);

        var trace = collector.Spans.Where(span => span.Trace == Trace).ToList();
        var edge = Assert.Single(trace, span => span.Parent == Caller);
        var service = Assert.Single(trace, span => span.Parent == edge.Id);
        Assert.StartsWith("GET /remote/nextcloud/{", service.Name, StringComparison.Ordinal);
        var asked = Assert.Single(nextcloud.Requests).Headers;
        Assert.Equal($"00-{Trace}-{Assert.Single(trace, span => span.Parent == service.Id).Id}-01", asked["traceparent"]);
        Assert.DoesNotContain("baggage", asked.Keys);
        Assert.DoesNotContain("canary", collector.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(collector.Spans, span => span.Name.Contains("/health/", StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Of(Collector collector) => new()
    {
        ["Telemetry__Otlp"] = collector.Address.ToString(),
        ["Telemetry__Protocol"] = "http",
    };

    private static async Task<string> TriggerAsync(ThreeServices services, MigrationSource source, CancellationToken ct)
    {
        var order = new JsonObject { ["nextcloud_url"] = source.Url, ["nextcloud_login"] = source.User, ["nextcloud_app_password"] = source.Password };
        using var request = await services.RequestAsync("alma", HttpMethod.Post, "/remote/nextcloud/migration", ct);
        request.Content = JsonContent.Create(order);
        request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
        using var http = new HttpClient();
        using var answer = await http.SendAsync(request, ct);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!["data"]!["id"]!;
    }

    // What is still to be sent is sent when they end.
    private static async Task EndAsync(IEnumerable<ServiceProcess> processes, CancellationToken ct)
    {
        foreach (var process in processes.Reverse())
        {
            await process.TerminateAsync(ct);
        }
    }

    private static void AssertNothingIsTold(Collector collector, MigrationSource source)
    {
        var told = collector.Everything;
        Assert.DoesNotContain(source.Password, told, StringComparison.Ordinal);
        Assert.All(source.Sample.Files, file => Assert.DoesNotContain(file.Name, told, StringComparison.Ordinal));
        Assert.DoesNotContain("/remote.php/dav/files/source", told, StringComparison.Ordinal);
    }
}

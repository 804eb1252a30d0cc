using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using StandIn;

namespace SystemTests;

/// <summary>
/// A worker outside of this system, as the migration service that is in use was recorded: request by request, with its headers
/// (cozy-api section 13). It brings a whole migration through our edge, and every answer is one that it understands.
/// </summary>
public sealed class OutsideWorkerTests : IAsyncLifetime
{
    private const string Data = "/data/io.cozy.nextcloud.migrations/";
    private const string Nasty = "a & b's (1)+=,;@!*~#?.txt";
    private const string NastyOnTheWire = "a%20%26%20b's%20%281%29%2B%3D%2C%3B%40!*~%23%3F.txt";

    private readonly HttpClient http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All }) { Timeout = Timeout.InfiniteTimeSpan };
    private StandInNextcloud nextcloud = null!;
    private BridgeProcess bridge = null!;
    private string token = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // The address itself is the instance, as in the recording: the service builds its URLs from it.
    private string Domain => bridge.Address.Authority;

    public async ValueTask InitializeAsync()
    {
        nextcloud = await StandInNextcloud.StartAsync();
        bridge = await BridgeProcess.StartWithoutWorkerAsync(Ct);
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(Domain, "passphrase", "en", quota: 1_000_000, Ct);
        token = await ClouderyTokenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await bridge.DisposeAsync();
        await nextcloud.DisposeAsync();
    }

    [Fact]
    public async Task The_recorded_sequence_brings_two_directories_and_four_files()
    {
        nextcloud.Tree.AddFile("/hello.txt", "hello"u8);
        nextcloud.Tree.AddFile("/" + Nasty, "nasty"u8);
        nextcloud.Tree.AddFile("/Photos/p.jpg", "photo"u8);
        nextcloud.Tree.AddFile("/100% odd/o.txt", "odd"u8);
        var (id, account) = await TriggerAsync();

        var pending = await GetAsync(Data + id);
        Assert.Equal(("pending", "/Nextcloud imported files", "/"), ((string)pending["status"]!, (string)pending["target_dir"]!, (string)pending["source_path"]!));
        Assert.Equal(0, (int)pending["progress"]!["files_imported"]!);
        Assert.Equal(18, (int)(await GetAsync($"/remote/nextcloud/{account}/size/"))["size"]!);
        var usage = (await GetAsync("/settings/disk-usage"))["data"]!["attributes"]!;
        Assert.Equal(("0", "1000000"), ((string)usage["used"]!, (string)usage["quota"]!));

        var running = await TrackAsync(id, ("status", "running"), ("schema_version", 2), ("started_at", Now), ("last_heartbeat_at", Now), ("failure_reason", null));
        Assert.Equal("running", (string)running["status"]!);

        Assert.Equal("io.cozy.files.root-dir", (string)(await GetAsync("/files/io.cozy.files.root-dir"))["data"]!["id"]!);
        var target = await EnsureAsync("io.cozy.files.root-dir", "", "Nextcloud imported files");
        Assert.Equal(["100% odd", "Photos", Nasty, "hello.txt"], await ListAsync(account, "/"));
        var odd = await EnsureAsync(target, "/Nextcloud imported files", "100% odd");
        var photos = await EnsureAsync(target, "/Nextcloud imported files", "Photos");
        Assert.Equal(photos, await EnsureAsync(target, "/Nextcloud imported files", "Photos"));
        await DownstreamAsync(account, NastyOnTheWire, target, Nasty, 5);
        await DownstreamAsync(account, "hello.txt", target, "hello.txt", 5);
        Assert.Equal(["o.txt"], await ListAsync(account, "/100%25%20odd"));
        await DownstreamAsync(account, "100%25%20odd/o.txt", odd, "o.txt", 3);
        Assert.Equal(["p.jpg"], await ListAsync(account, "/Photos"));
        await DownstreamAsync(account, "Photos/p.jpg", photos, "p.jpg", 5);

        using var again = await SendAsync(HttpMethod.Post, $"/remote/nextcloud/{account}/downstream/hello.txt?To={target}&Copy=true&FailOnConflict=true");
        await AssertErrorAsync(again, 409, "Conflict", "Conflict access to same file or directory");

        var completed = await TrackAsync(
            id,
            ("status", "completed"),
            ("finished_at", Now),
            ("last_heartbeat_at", Now),
            ("progress", JsonNode.Parse("""{"files_imported":4,"files_total":4,"bytes_imported":18,"bytes_total":18}""")),
            ("skipped", JsonNode.Parse("""[{"path":"/hello.txt","reason":"already exists","size":5}]""")),
            ("errors_truncated_count", 0),
            ("skipped_truncated_count", 0));
        Assert.Equal(("completed", 2, 18), ((string)completed["status"]!, (int)completed["schema_version"]!, (int)completed["progress"]!["bytes_imported"]!));
        Assert.True(nextcloud.Tree.Exists("/hello.txt"));
    }

    [Fact]
    public async Task A_cancel_that_comes_alone_is_recorded_and_carried_out_when_the_request_comes()
    {
        var (id, _) = await TriggerAsync();

        var asked = await TrackAsync(id, ("cancel_requested", true), ("canceled_at", Now));
        Assert.Equal(("pending", true), ((string)asked["status"]!, (bool)asked["cancel_requested"]!));
        var canceled = await TrackAsync(id, ("status", "canceled"), ("finished_at", Now), ("failure_reason", "canceled by user"));

        Assert.Equal("canceled by user", (string)canceled["failure_reason"]!);
        using var second = await PostMigrationAsync();
        Assert.Equal(201, (int)second.StatusCode);
    }

    [Fact]
    public async Task A_cancel_through_the_api_ends_what_no_worker_of_ours_has_and_a_late_progress_is_refused()
    {
        var (id, _) = await TriggerAsync();
        var running = await TrackAsync(id, ("status", "running"));

        using var during = await SendAsync(HttpMethod.Post, $"/remote/nextcloud/migration/{id}/cancel");
        running["progress"]!["files_imported"] = 25;
        using var late = await SendAsync(HttpMethod.Put, Data + id, running.ToJsonString());
        using var after = await SendAsync(HttpMethod.Post, $"/remote/nextcloud/migration/{id}/cancel");
        using var unknown = await SendAsync(HttpMethod.Post, $"/remote/nextcloud/migration/{new string('0', 32)}/cancel");

        Assert.Equal((202, 409), ((int)during.StatusCode, (int)late.StatusCode));
        Assert.Equal(("canceled", true), (await GetAsync(Data + id)) is var end ? ((string)end["status"]!, (bool)end["cancel_requested"]!) : default);
        await AssertErrorAsync(after, 409, "Conflict", "nextcloud migration already in a terminal state");
        await AssertErrorAsync(unknown, 404, "Not Found", "nextcloud migration not found");
    }

    [Fact]
    public async Task What_is_not_there_not_allowed_or_too_large_has_the_form_that_the_worker_reads()
    {
        nextcloud.Tree.AddFile("/large.bin", new byte[1_000_001]);
        var (id, account) = await TriggerAsync();

        using var missing = await SendAsync(HttpMethod.Get, Data + "mig1");
        using var noSource = await SendAsync(HttpMethod.Get, $"/remote/nextcloud/{account}/size/gone");
        using var noPath = await SendAsync(HttpMethod.Get, "/files/metadata?Path=%2FNextcloud%20imported%20files");
        using var tooLarge = await SendAsync(
            HttpMethod.Post, $"/remote/nextcloud/{account}/downstream/large.bin?To=io.cozy.files.root-dir&Copy=true&FailOnConflict=true");
        using var second = await PostMigrationAsync();
        using var badToken = await SendAsync(HttpMethod.Get, Data + id, bearer: token + "x");

        await AssertTextAsync(404, """{"error":"not_found","ok":false,"reason":"missing","status":"404"}""", missing);
        await AssertErrorAsync(noSource, 404, "Not Found", "file/directory not found");
        await AssertErrorAsync(noPath, 404, "Not Found", "file does not exist");
        await AssertErrorAsync(tooLarge, 413, "Request Entity Too Large", "The file is too big and exceeds the disk quota");
        await AssertErrorAsync(second, 409, "Conflict", "a nextcloud migration is already in progress");
        Assert.Equal(400, (int)badToken.StatusCode);
        Assert.Equal("Bearer error=\"invalid_token\"", badToken.Headers.WwwAuthenticate.ToString());
    }

    private static string Now => "2026-04-13T11:21:00.000Z";

    private async Task<string> ClouderyTokenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(bridge.AdminAddress, $"/api/public/instances/{Domain}/token"))
        {
            Content = new StringContent(
                """{"audience":"app","scope":"io.cozy.nextcloud.migrations io.cozy.remote.nextcloud.files io.cozy.files io.cozy.settings","subject":"settings"}""",
                Encoding.UTF8,
                MediaTypeHeaderValue.Parse("application/json")),
        };
        request.Headers.Authorization = new("Bearer", bridge.AdminSecret);
        using var answer = await http.SendAsync(request, Ct);
        return (string)(await JsonAsync(answer))["token"]!;
    }

    private Task<HttpResponseMessage> PostMigrationAsync() => SendAsync(HttpMethod.Post, "/remote/nextcloud/migration", new JsonObject
    {
        ["nextcloud_url"] = nextcloud.Url.ToString(),
        ["nextcloud_login"] = nextcloud.User.Login,
        ["nextcloud_app_password"] = nextcloud.User.Password,
        ["target_dir"] = "/Nextcloud imported files",
    }.ToJsonString());

    private async Task<(string Id, string Account)> TriggerAsync()
    {
        using var answer = await PostMigrationAsync();
        var id = (string)(await JsonAsync(answer))["data"]!["id"]!;
        return (id, (string)(await GetAsync(Data + id))["account_id"]!);
    }

    // As the client library does: read, spread, change, write everything back with what it added itself.
    private async Task<JsonNode> TrackAsync(string id, params (string Name, JsonNode? Value)[] changes)
    {
        var document = await GetAsync(Data + id);
        document["id"] = id;
        foreach (var (name, value) in changes)
        {
            document[name] = value;
        }

        using var answer = await SendAsync(HttpMethod.Put, Data + id, document.ToJsonString());
        var written = await JsonAsync(answer);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, written.ToJsonString());
        Assert.NotEqual((string)document["_rev"]!, (string)written["data"]!["_rev"]!);
        return written["data"]!.DeepClone();
    }

    private async Task<string> EnsureAsync(string parent, string parentPath, string name)
    {
        using var found = await SendAsync(HttpMethod.Get, $"/files/metadata?Path={Uri.EscapeDataString($"{parentPath}/{name}")}");
        if (found.StatusCode == HttpStatusCode.OK)
        {
            return (string)(await JsonAsync(found))["data"]!["id"]!;
        }

        Assert.Equal("404", (string)(await JsonAsync(found))["errors"]![0]!["status"]!);
        using var made = await SendAsync(HttpMethod.Post, $"/files/{parent}?Name={Uri.EscapeDataString(name)}&Type=directory&MetadataID=", emptyDate: true);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return (string)(await JsonAsync(made))["data"]!["id"]!;
    }

    private async Task<IEnumerable<string>> ListAsync(string account, string path) =>
        (await GetAsync($"/remote/nextcloud/{account}{path}"))["data"]!.AsArray().Select(entry => (string)entry!["attributes"]!["name"]!);

    private async Task DownstreamAsync(string account, string path, string directory, string name, long size)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"/remote/nextcloud/{account}/downstream/{path}?To={directory}&Copy=true&FailOnConflict=true");
        var json = await JsonAsync(answer);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, json.ToJsonString());
        var attributes = json["data"]!["attributes"]!;
        Assert.Equal((name, directory, $"{size}"), ((string)attributes["name"]!, (string)attributes["dir_id"]!, (string)attributes["size"]!));
        Assert.NotEmpty((string)json["data"]!["id"]!);
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        var json = await JsonAsync(answer);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, json.ToJsonString());
        return json;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string? bearer = null, bool emptyDate = false)
    {
        var target = new Uri(bridge.Address.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, target);
        request.Headers.Authorization = new("Bearer", bearer ?? token);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "node");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate");
        if (emptyDate)
        {
            request.Headers.TryAddWithoutValidation("Date", "");
        }

        request.Content = body is not null ? new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"))
            : method == HttpMethod.Post ? new ByteArrayContent([])
            : null;
        return await http.SendAsync(request, Ct);
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer)
    {
        Assert.Matches("^application/(vnd\\.api\\+)?json$", answer.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
    }

    private static async Task AssertErrorAsync(HttpResponseMessage answer, int status, string title, string detail) => await AssertTextAsync(
        status, $$$"""{"errors":[{"status":"{{{status}}}","title":"{{{title}}}","detail":"{{{detail}}}","source":{}}]}""", answer);

    private static async Task AssertTextAsync(int status, string text, HttpResponseMessage answer) =>
        Assert.Equal((status, text), ((int)answer.StatusCode, (await answer.Content.ReadAsStringAsync(Ct)).Trim()));
}

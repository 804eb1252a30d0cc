using System.Net;
using System.Text.Json.Nodes;
using Migration.Tests.Fakes;
using Shared.Access;

namespace Migration.Tests;

/// <summary>/data/io.cozy.nextcloud.migrations as a worker outside of this system and the user interface use it (cozy-api 5 and 9).</summary>
public sealed class DataTests : IAsyncLifetime
{
    private const string Data = "/data/io.cozy.nextcloud.migrations/";
    private const string Conflict = """{"error":"conflict","ok":false,"reason":"Document update conflict.","status":"409"}""";

    private RunningService service = null!;

    public async ValueTask InitializeAsync() => service = await RunningService.StartAsync(("Migration:Worker", "false"));

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task A_worker_outside_brings_a_migration_from_pending_to_completed_by_writing_whole_documents()
    {
        var id = await service.TriggerAsync();
        var pending = await DocumentAsync(id);

        var running = await PutAsync(id, With(pending, ("status", "running"), ("schema_version", 2), ("started_at", "2026-04-13T11:21:00.000Z"), ("id", id)));
        running["progress"]!["files_imported"] = 3;
        running["skipped"] = JsonNode.Parse("""[{"path":"/a","reason":"already exists","size":4}]""");
        var completed = await PutAsync(id, With(running, ("status", "completed"), ("finished_at", "2026-04-13T11:22:00.000Z")));

        Assert.Equal("2-,3-,4-", string.Join(',', new[] { pending, running, completed }.Select(one => ((string)one["_rev"]!)[..2])));
        Assert.Equal(("completed", 3, "partial"), ((string)completed["status"]!, (int)completed["progress"]!["files_imported"]!, (string)completed["outcome"]!));
        Assert.Equal("already exists", (string)completed["skipped"]![0]!["reason"]!);
        Assert.False(completed.AsObject().ContainsKey("id"));
        Assert.True(JsonNode.DeepEquals(completed, await DocumentAsync(id)));
    }

    [Fact]
    public async Task What_a_worker_adds_to_a_document_outlives_what_the_service_writes_to_it()
    {
        var id = await service.TriggerAsync();
        await PutAsync(id, With(await DocumentAsync(id), ("status", "running"), ("their_cursor", JsonNode.Parse("""{"at":["/é",12345678901234567890]}"""))));

        using var cancel = await service.PostAsync($"/remote/nextcloud/migration/{id}/cancel");

        var canceled = await DocumentAsync(id);
        Assert.Equal("canceled", (string)canceled["status"]!);
        Assert.Equal("""{"at":["/é",12345678901234567890]}""", canceled["their_cursor"]!.ToJsonString(Relaxed));
    }

    [Fact]
    public async Task What_a_migration_rests_on_stays_as_the_server_wrote_it()
    {
        var id = await service.TriggerAsync();
        var was = await DocumentAsync(id);
        string[] pinned = ["account_id", "nextcloud_url", "source_owner", "source_path", "target_dir", "cozyMetadata"];

        var now = await PutAsync(id, With(
            was,
            ("account_id", "another"),
            ("nextcloud_url", "evil.example"),
            ("source_owner", JsonNode.Parse("""{"address":"https://evil.example/","user_id":"eve"}""")),
            ("source_path", "/other"),
            ("target_dir", "/other"),
            ("cozyMetadata", JsonNode.Parse("""{"createdAt":"1999-01-01T00:00:00.000Z"}""")),
            ("source_deleted_at", "2026-04-13T11:21:00.000Z")));

        Assert.All(pinned, name => Assert.True(JsonNode.DeepEquals(was[name], now[name]), name));
        Assert.Equal("""{"address":"https://nc.alma.example/","user_id":"alma"}""", now["source_owner"]!.ToJsonString());
        Assert.Null(now["source_deleted_at"]);
    }

    [Fact]
    public async Task A_document_that_was_read_too_long_ago_is_not_written()
    {
        var id = await service.TriggerAsync();
        var old = await DocumentAsync(id);
        await PutAsync(id, With(old, ("status", "running")));

        using var stale = await service.SendAsync(HttpMethod.Put, Data + id, With(old, ("status", "failed")).ToJsonString());
        using var unknown = await service.SendAsync(HttpMethod.Put, Data + "0123", With(old, ("_id", "0123")).ToJsonString());

        await AssertAsync(409, Conflict, stale);
        await AssertAsync(409, Conflict, unknown);
        Assert.Equal("running", (string)(await DocumentAsync(id))["status"]!);
    }

    [Theory]
    [InlineData("completed", "running", 409)]
    [InlineData("canceled", "running", 409)]
    [InlineData("canceled", "completed", 409)]
    [InlineData("failed", "completed", 409)]
    [InlineData("failed", "running", 200)]
    [InlineData("completed", "completed", 200)]
    [InlineData("running", "paused", 400)]
    [InlineData("running", null, 400)]
    public async Task A_migration_that_has_ended_stays_ended_but_a_failed_one_may_run_again(string from, string? to, int status)
    {
        var id = await service.TriggerAsync();
        var was = await PutAsync(id, With(await DocumentAsync(id), ("status", "running")));
        was = from == "running" ? was : await PutAsync(id, With(was, ("status", from)));

        using var answer = await service.SendAsync(HttpMethod.Put, Data + id, With(was, ("status", to)).ToJsonString());

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_document_without_its_lists_has_empty_ones_and_one_that_is_none_is_refused()
    {
        var id = await service.TriggerAsync();
        var rev = (string)(await DocumentAsync(id))["_rev"]!;

        using var wrong = await service.SendAsync(HttpMethod.Put, Data + id, $$"""{"_id":"{{id}}","_rev":"{{rev}}","status":"running","errors":"many"}""");
        var written = await PutAsync(id, JsonNode.Parse($$"""{"_id":"{{id}}","_rev":"{{rev}}","status":"running","progress":null}""")!);

        await AssertAsync(400, """{"error":"Bad Request(400): it is no io.cozy.nextcloud.migrations: $.errors"}""", wrong);
        Assert.Equal(("[]", 0), (written["errors"]!.ToJsonString(), (int)written["progress"]!["bytes_total"]!));
    }

    [Fact]
    public async Task A_failed_migration_does_not_run_again_beside_another_one()
    {
        var first = await service.TriggerAsync();
        var failed = await PutAsync(first, With(await DocumentAsync(first), ("status", "failed")));
        await service.TriggerAsync();

        using var answer = await service.SendAsync(HttpMethod.Put, Data + first, With(failed, ("status", "running")).ToJsonString());

        await AssertAsync(409, Conflict, answer);
    }

    [Fact]
    public async Task A_migration_that_a_worker_of_ours_holds_is_that_workers_alone()
    {
        await using var whole = await RunningService.StartAsync(("Migration:ReportInterval", "00:10:00"));
        whole.Remote.File("/a").OnFetch = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        var id = await whole.TriggerAsync();
        var running = await whole.UntilAsync(id, document => (string)document["status"]! == "running");

        using var written = await whole.SendAsync(HttpMethod.Put, Data + id, With(running, ("status", "completed")).ToJsonString());
        using var deleted = await whole.SendAsync(HttpMethod.Delete, $"{Data}{id}?rev={running["_rev"]}");

        await AssertAsync(409, Conflict, written);
        Assert.Equal(409, (int)deleted.StatusCode);
    }

    [Fact]
    public async Task Only_a_migration_that_is_not_running_can_be_deleted()
    {
        var id = await service.TriggerAsync();
        var running = await PutAsync(id, With(await DocumentAsync(id), ("status", "running")));

        using var refused = await service.SendAsync(HttpMethod.Delete, $"{Data}{id}?rev={running["_rev"]}");
        var failed = await PutAsync(id, With(running, ("status", "failed")));
        using var stale = await service.SendAsync(HttpMethod.Delete, $"{Data}{id}?rev={running["_rev"]}");
        using var deleted = await service.SendAsync(HttpMethod.Delete, $"{Data}{id}?rev={failed["_rev"]}");
        using var gone = await service.GetAsync(Data + id);

        await AssertAsync(409, """{"error":"conflict","ok":false,"reason":"The migration is running: cancel it first.","status":"409"}""", refused);
        await AssertAsync(409, Conflict, stale);
        Assert.Equal(200, (int)deleted.StatusCode);
        Assert.Matches("^5-[0-9a-f]{32}$", (string)(await JsonAsync(deleted))["rev"]!);
        await AssertAsync(404, """{"error":"not_found","ok":false,"reason":"deleted","status":"404"}""", gone);
    }

    [Fact]
    public async Task The_queries_of_the_user_interface_find_what_runs_and_what_can_be_cleaned()
    {
        var first = await service.TriggerAsync();
        await PutAsync(first, With(await PutAsync(first, With(await DocumentAsync(first), ("status", "running"))), ("status", "completed")));
        var second = await service.TriggerAsync();
        await PutAsync(second, With(await DocumentAsync(second), ("status", "running")));

        var banner = await FindAsync("""
            {"selector":{"status":"running","cozyMetadata.createdAt":{"$gt":null}},"sort":[{"status":"desc"},{"cozyMetadata.createdAt":"desc"}],
            "use_index":"_design/by_status_and_cozyMetadata.createdAt","limit":1}
            """);
        var active = await FindAsync("""{"selector":{"status":{"$in":["pending","running"]}}}""");
        var clean = await FindAsync("""
            {"selector":{"status":"completed","source_deleted_at":{"$exists":false}},
            "use_index":"_design/by_status_filter_(source_deleted_at_$exists_false)","limit":1}
            """);

        Assert.Equal([second], banner);
        Assert.Equal([second], active);
        Assert.Equal([first], clean);
    }

    [Fact]
    public async Task Lists_indexes_and_bulk_changes_are_as_of_every_other_type()
    {
        var id = await service.TriggerAsync();
        var failed = await PutAsync(id, With(await DocumentAsync(id), ("status", "failed")));

        var normal = await JsonAsync(await service.GetAsync(Data + "_normal_docs?limit=10"));
        var all = await JsonAsync(await service.PostAsync(Data + "_all_docs?include_docs=true", $$"""{"keys":["{{id}}","nobody"]}"""));
        var index = await JsonAsync(await service.PostAsync(Data + "_index", """{"index":{"fields":["status"]},"ddoc":"by_status"}"""));
        var again = await JsonAsync(await service.PostAsync(Data + "_index", """{"index":{"fields":["status"]},"ddoc":"by_status"}"""));
        var designs = await JsonAsync(await service.GetAsync(Data + "_design_docs?include_docs=true"));
        var bulk = await JsonAsync(await service.PostAsync(
            Data + "_bulk_docs", $$"""{"docs":[{{With(failed, ("failure_reason", "why")).ToJsonString()}},{{failed.ToJsonString()}},{"_id":"x"}]}"""));

        Assert.Equal((1, id), ((int)normal["total_rows"]!, (string)normal["rows"]![0]!["_id"]!));
        Assert.Equal((id, "not_found"), ((string)all["rows"]![0]!["doc"]!["_id"]!, (string)all["rows"]![1]!["error"]!));
        Assert.Equal(("created", "exists", "_design/by_status"), ((string)index["result"]!, (string)again["result"]!, (string)index["id"]!));
        Assert.Equal("_design/by_status", (string)designs["rows"]![0]!["doc"]!["_id"]!);
        Assert.Equal(["true", "conflict", "bad_request"], bulk.AsArray().Select(row => (row!["ok"] ?? row["error"])!.ToString()));
    }

    [Fact]
    public async Task A_client_may_put_a_migration_on_record_but_never_two_in_flight()
    {
        const string body = """{"status":"pending","target_dir":"/Here/","source_path":"a//b/","account_id":"account-7"}""";

        using var made = await service.PostAsync(Data, body);
        using var second = await service.PostAsync(Data, body);
        using var withoutAccount = await service.PostAsync(Data, """{"status":"failed","target_dir":"/Here"}""");
        using var fixedId = await service.SendAsync(HttpMethod.Put, Data + "mig1", body.Replace("pending", "failed", StringComparison.Ordinal));

        Assert.Equal(201, (int)made.StatusCode);
        var data = (await JsonAsync(made))["data"]!;
        Assert.Equal(("/Here", "/a/b", "account-7"), ((string)data["target_dir"]!, (string)data["source_path"]!, (string)data["account_id"]!));
        await AssertAsync(409, Conflict, second);
        await AssertAsync(400, """{"error":"Bad Request(400): account_id is required"}""", withoutAccount);
        Assert.Equal((200, "mig1"), ((int)fixedId.StatusCode, (string)(await JsonAsync(fixedId))["id"]!));
    }

    [Fact]
    public async Task Another_instance_sees_and_changes_nothing()
    {
        var id = await service.TriggerAsync();
        var document = await DocumentAsync(id);

        foreach (var (method, path, body) in new (HttpMethod, string, string?)[]
        {
            (HttpMethod.Get, Data + id, null),
            (HttpMethod.Delete, $"{Data}{id}?rev={document["_rev"]}", null),
        })
        {
            using var answer = await service.SendAsync(method, path, body, host: TwoInstances.Other);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        using var put = await service.SendAsync(HttpMethod.Put, Data + id, With(document, ("status", "failed")).ToJsonString(), host: TwoInstances.Other);
        using var find = await service.SendAsync(HttpMethod.Post, Data + "_find", """{"selector":{}}""", host: TwoInstances.Other);
        Assert.Equal(HttpStatusCode.Conflict, put.StatusCode);
        Assert.Empty((await JsonAsync(find))["docs"]!.AsArray());
        Assert.True(JsonNode.DeepEquals(document, await DocumentAsync(id)));
    }

    [Theory]
    [InlineData("GET", "", "io.cozy.nextcloud.migrations:POST")]
    [InlineData("PUT", "", "io.cozy.nextcloud.migrations:GET,POST,DELETE")]
    [InlineData("DELETE", "?rev=1-0", "io.cozy.nextcloud.migrations:GET,POST,PUT")]
    [InlineData("POST", "_find", "io.cozy.nextcloud.migrations:POST,PUT,DELETE")]
    [InlineData("POST", "_bulk_docs", "io.cozy.nextcloud.migrations:GET,PUT,DELETE")]
    public async Task A_token_does_what_its_verbs_say_and_no_more(string method, string path, string scope)
    {
        var id = await service.TriggerAsync();
        var target = Data + (path.StartsWith('_') ? path : id + path);

        using var answer = await service.SendAsync(
            new(method), target, path == "_bulk_docs" ? """{"docs":[]}""" : (await DocumentAsync(id)).ToJsonString(), service.Token(scope));

        await AssertAsync(403, """{"error":"code=403, message=Forbidden"}""", answer);
    }

    [Fact]
    public async Task A_document_of_a_thousand_long_errors_is_taken()
    {
        var id = await service.TriggerAsync();
        var errors = Enumerable.Range(0, 1000).Select(n => new JsonObject
        {
            ["path"] = $"/{n}/" + new string('x', 2000), ["message"] = "no", ["at"] = "2026-04-13T11:21:00.000Z",
        });

        var written = await PutAsync(id, With(await DocumentAsync(id), ("status", "running"), ("errors", new JsonArray([.. errors]))));

        Assert.Equal(1000, written["errors"]!.AsArray().Count);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonNode With(JsonNode document, params (string Name, JsonNode? Value)[] changes)
    {
        var changed = document.DeepClone();
        foreach (var (name, value) in changes)
        {
            changed[name] = value;
        }

        return changed;
    }

    private Task<JsonNode> DocumentAsync(string id) => service.UntilAsync(id, _ => true);

    private async Task<JsonNode> PutAsync(string id, JsonNode document)
    {
        using var answer = await service.SendAsync(HttpMethod.Put, Data + id, document.ToJsonString());
        var json = await JsonAsync(answer);
        Assert.True(answer.IsSuccessStatusCode, json.ToJsonString());
        Assert.Equal((true, id), ((bool)json["ok"]!, (string)json["id"]!));
        Assert.Equal((string)json["rev"]!, (string)json["data"]!["_rev"]!);
        return json["data"]!.DeepClone();
    }

    private async Task<string[]> FindAsync(string query)
    {
        using var answer = await service.PostAsync(Data + "_find", query);
        return [.. (await JsonAsync(answer))["docs"]!.AsArray().Select(document => (string)document!["_id"]!)];
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

    private static async Task AssertAsync(int status, string body, HttpResponseMessage answer) => Assert.Equal(
        (status, body), ((int)answer.StatusCode, (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Trim()));
}

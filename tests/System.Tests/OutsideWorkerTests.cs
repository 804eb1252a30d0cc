using System.Text.Json.Nodes;
using StandIn;

namespace SystemTests;

/// <summary>
/// A worker outside of this system, as the migration service that is in use was recorded: request by request, with its headers
/// (cozy-api section 13). It brings a whole migration through our edge, and every answer is one that it understands.
/// </summary>
public sealed class OutsideWorkerTests : IAsyncLifetime
{
    private const string Nasty = "a & b's (1)+=,;@!*~#?.txt";
    private const string NastyOnTheWire = "a%20%26%20b's%20%281%29%2B%3D%2C%3B%40!*~%23%3F.txt";

    private StandInNextcloud nextcloud = null!;
    private BridgeProcess bridge = null!;
    private OutsideWorker worker = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        nextcloud = await StandInNextcloud.StartAsync();
        bridge = await BridgeProcess.StartWithoutWorkerAsync(Ct);
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(bridge.Address.Authority, "passphrase", "en", quota: 1_000_000, Ct);
        worker = new(bridge, nextcloud, Ct);
        await worker.RenewTokenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        worker.Dispose();
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
        var (id, account) = await worker.TriggerAsync();

        var pending = await worker.GetAsync(OutsideWorker.Data + id);
        Assert.Equal(("pending", "/Nextcloud imported files", "/"), ((string)pending["status"]!, (string)pending["target_dir"]!, (string)pending["source_path"]!));
        Assert.Equal(0, (int)pending["progress"]!["files_imported"]!);
        Assert.Equal(18, (int)(await worker.GetAsync($"/remote/nextcloud/{account}/size/"))["size"]!);
        var usage = (await worker.GetAsync("/settings/disk-usage"))["data"]!["attributes"]!;
        Assert.Equal(("0", "1000000"), ((string)usage["used"]!, (string)usage["quota"]!));

        var running = await worker.TrackAsync(id, ("status", "running"), ("schema_version", 2), ("started_at", OutsideWorker.Now), ("last_heartbeat_at", OutsideWorker.Now), ("failure_reason", null));
        Assert.Equal("running", (string)running["status"]!);

        Assert.Equal("io.cozy.files.root-dir", (string)(await worker.GetAsync("/files/io.cozy.files.root-dir"))["data"]!["id"]!);
        var target = await worker.EnsureAsync("io.cozy.files.root-dir", "", "Nextcloud imported files");
        Assert.Equal(["100% odd", "Photos", Nasty, "hello.txt"], await worker.ListAsync(account, "/"));
        var odd = await worker.EnsureAsync(target, "/Nextcloud imported files", "100% odd");
        var photos = await worker.EnsureAsync(target, "/Nextcloud imported files", "Photos");
        Assert.Equal(photos, await worker.EnsureAsync(target, "/Nextcloud imported files", "Photos"));
        await worker.DownstreamAsync(account, NastyOnTheWire, target, Nasty, 5);
        await worker.DownstreamAsync(account, "hello.txt", target, "hello.txt", 5);
        Assert.Equal(["o.txt"], await worker.ListAsync(account, "/100%25%20odd"));
        await worker.DownstreamAsync(account, "100%25%20odd/o.txt", odd, "o.txt", 3);
        Assert.Equal(["p.jpg"], await worker.ListAsync(account, "/Photos"));
        await worker.DownstreamAsync(account, "Photos/p.jpg", photos, "p.jpg", 5);

        using var again = await worker.SendAsync(HttpMethod.Post, $"/remote/nextcloud/{account}/downstream/hello.txt?To={target}&Copy=true&FailOnConflict=true");
        await AssertErrorAsync(again, 409, "Conflict", "Conflict access to same file or directory");

        var completed = await worker.TrackAsync(
            id,
            ("status", "completed"),
            ("finished_at", OutsideWorker.Now),
            ("last_heartbeat_at", OutsideWorker.Now),
            ("progress", JsonNode.Parse("""{"files_imported":4,"files_total":4,"bytes_imported":18,"bytes_total":18}""")),
            ("skipped", JsonNode.Parse("""[{"path":"/hello.txt","reason":"already exists","size":5}]""")),
            ("errors_truncated_count", 0),
            ("skipped_truncated_count", 0));
        Assert.Equal(("completed", 2, 18), ((string)completed["status"]!, (int)completed["schema_version"]!, (int)completed["progress"]!["bytes_imported"]!));
        Assert.True(nextcloud.Tree.Exists("/hello.txt"));
    }

    [Fact]
    public async Task A_thousand_files_with_names_of_every_kind_arrive_though_the_token_is_refused_half_way()
    {
        string[] names = ["50%.txt", "100%25.txt", "a#b?.txt", "x & y.txt", "1+1=2.txt", "it's \"quoted\".txt", "🍊 é.txt", "e\u0301.txt", "ends with a space ", "semi;colon,comma.txt"];
        for (var i = 0; i < 1_000; i++)
        {
            nextcloud.Tree.AddFile($"/{names[i / 10 % 10]} {i / 100}/{i % 10} {names[i % 10]}", BitConverter.GetBytes(i));
        }

        var (id, account) = await worker.TriggerAsync();
        await worker.TrackAsync(id, ("status", "running"));
        var target = await worker.EnsureAsync("io.cozy.files.root-dir", "", "Nextcloud imported files");
        var brought = await worker.BringAllAsync(account, target, "/Nextcloud imported files", files =>
        {
            if (files == 500)
            {
                worker.SpoilToken();
            }
        });

        Assert.Equal((1_000, 2), (brought, worker.Renewals));
        Assert.Equal("4000", (string)(await worker.GetAsync($"/files/{target}/size"))["data"]!["attributes"]!["size"]!);
    }

    [Fact]
    public async Task A_cancel_that_comes_alone_is_recorded_and_carried_out_when_the_request_comes()
    {
        var (id, _) = await worker.TriggerAsync();

        var asked = await worker.TrackAsync(id, ("cancel_requested", true), ("canceled_at", OutsideWorker.Now));
        Assert.Equal(("pending", true), ((string)asked["status"]!, (bool)asked["cancel_requested"]!));
        var canceled = await worker.TrackAsync(id, ("status", "canceled"), ("finished_at", OutsideWorker.Now), ("failure_reason", "canceled by user"));

        Assert.Equal("canceled by user", (string)canceled["failure_reason"]!);
        using var second = await worker.PostMigrationAsync();
        Assert.Equal(201, (int)second.StatusCode);
    }

    [Fact]
    public async Task A_cancel_through_the_api_ends_what_no_worker_of_ours_has_and_a_late_progress_is_refused()
    {
        var (id, _) = await worker.TriggerAsync();
        var running = await worker.TrackAsync(id, ("status", "running"));

        using var during = await worker.SendAsync(HttpMethod.Post, $"/remote/nextcloud/migration/{id}/cancel");
        running["progress"]!["files_imported"] = 25;
        using var late = await worker.SendAsync(HttpMethod.Put, OutsideWorker.Data + id, running.ToJsonString());
        using var after = await worker.SendAsync(HttpMethod.Post, $"/remote/nextcloud/migration/{id}/cancel");
        using var unknown = await worker.SendAsync(HttpMethod.Post, $"/remote/nextcloud/migration/{new string('0', 32)}/cancel");

        Assert.Equal((202, 409), ((int)during.StatusCode, (int)late.StatusCode));
        Assert.Equal(("canceled", true), (await worker.GetAsync(OutsideWorker.Data + id)) is var end ? ((string)end["status"]!, (bool)end["cancel_requested"]!) : default);
        await AssertErrorAsync(after, 409, "Conflict", "nextcloud migration already in a terminal state");
        await AssertErrorAsync(unknown, 404, "Not Found", "nextcloud migration not found");
    }

    [Fact]
    public async Task What_is_not_there_not_allowed_or_too_large_has_the_form_that_the_worker_reads()
    {
        nextcloud.Tree.AddFile("/large.bin", new byte[1_000_001]);
        var (id, account) = await worker.TriggerAsync();

        using var missing = await worker.SendAsync(HttpMethod.Get, OutsideWorker.Data + "mig1");
        using var noSource = await worker.SendAsync(HttpMethod.Get, $"/remote/nextcloud/{account}/size/gone");
        using var noPath = await worker.SendAsync(HttpMethod.Get, "/files/metadata?Path=%2FNextcloud%20imported%20files");
        using var tooLarge = await worker.SendAsync(
            HttpMethod.Post, $"/remote/nextcloud/{account}/downstream/large.bin?To=io.cozy.files.root-dir&Copy=true&FailOnConflict=true");
        using var second = await worker.PostMigrationAsync();
        using var badToken = await worker.SendAsync(HttpMethod.Get, OutsideWorker.Data + id, bearer: "no.token.here");

        await AssertTextAsync(404, """{"error":"not_found","ok":false,"reason":"missing","status":"404"}""", missing);
        await AssertErrorAsync(noSource, 404, "Not Found", "file/directory not found");
        await AssertErrorAsync(noPath, 404, "Not Found", "file does not exist");
        await AssertErrorAsync(tooLarge, 413, "Request Entity Too Large", "The file is too big and exceeds the disk quota");
        await AssertErrorAsync(second, 409, "Conflict", "a nextcloud migration is already in progress");
        Assert.Equal(400, (int)badToken.StatusCode);
        Assert.Equal("Bearer error=\"invalid_token\"", badToken.Headers.WwwAuthenticate.ToString());
    }

    private static async Task AssertErrorAsync(HttpResponseMessage answer, int status, string title, string detail) => await AssertTextAsync(
        status, $$$"""{"errors":[{"status":"{{{status}}}","title":"{{{title}}}","detail":"{{{detail}}}","source":{}}]}""", answer);

    private static async Task AssertTextAsync(int status, string text, HttpResponseMessage answer) =>
        Assert.Equal((status, text), ((int)answer.StatusCode, (await answer.Content.ReadAsStringAsync(Ct)).Trim()));
}

using System.Net;
using System.Text.Json.Nodes;
using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>What a user is told before a migration, and that nothing is kept of it.</summary>
public sealed class PreflightTests : IAsyncLifetime
{
    private const string Login = "\"nextcloud_url\":\"https://nc.alma.example\",\"nextcloud_login\":\"alma\",\"nextcloud_app_password\":\"secret\"";

    private RunningService service = null!;

    public async ValueTask InitializeAsync() => service = await RunningService.StartAsync(("Migration:PreflightTime", "00:00:05"));

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task It_tells_what_will_come_what_will_not_and_why_and_what_clashes()
    {
        service.Remote.File("/new.txt", 5).File("/same.txt", 7).File("/other.txt", 11).Folder("/sub", 1_600_000_000).File("/sub/e\u0301.txt", 13).File("/sub/\u00e9.txt", 17)
            .File("/sub/x.tmp", 100).Folder("/from bob").File("/from bob/b.txt", 1000).As(SourceKind.Shared, "/from bob").Folder("/safe").As(SourceKind.Encrypted, "/safe");
        service.Remote.Drive["/Nextcloud/same.txt"] = new("x", CleanPath.Root, false, 7, "", null);
        service.Remote.Drive["/Nextcloud/other.txt"] = new("y", CleanPath.Root, false, 8, "", null);
        service.Remote.FreeSpace = 40;

        var told = await PreflightAsync("\"exclude\":[\"*.tmp\"]");

        Assert.Equal("io.cozy.nextcloud.migrations.preflights", (string)told["data"]!["type"]!);
        var attributes = told["data"]!["attributes"]!;
        Assert.Equal((true, 5, 1, 53), ((bool)attributes["complete"]!, (int)attributes["files"]!, (int)attributes["folders"]!, (int)attributes["bytes"]!));
        Assert.Equal("2023-11-14T22:13:20.000Z", (string)attributes["newest"]!);
        Assert.Equal(
            ["end_to_end_encrypted 1 /safe", "pattern 1 /sub/x.tmp", "shared 1 /from bob"],
            attributes["left_out"]!.AsArray().Select(left => $"{left!["reason"]} {left["count"]} {left["examples"]![0]}").Order(StringComparer.Ordinal));
        Assert.Equal("""{"same":1,"taken":1,"twins":1,"examples":["/other.txt","/sub/é.txt"]}""", JsonNode.Parse(attributes["names"]!.ToJsonString())!.ToJsonString(Plain));
        Assert.Equal("""{"free":40,"fits":false,"source_bytes":1153}""", attributes["quota"]!.ToJsonString());
    }

    [Fact]
    public async Task Nothing_is_kept_of_it_and_a_migration_can_follow_and_brings_what_was_told()
    {
        service.Remote.Folder("/a").File("/a/1.txt", 5).File("/2.txt", 7).Folder("/b").File("/b/no.tmp", 9);

        var attributes = (await PreflightAsync("\"exclude\":[\"*.tmp\"]"))["data"]!["attributes"]!;

        Assert.Empty(service.Remote.Accounts);
        Assert.Empty(service.Remote.Directories);
        using (var all = await service.GetAsync("/data/io.cozy.nextcloud.migrations/_all_docs"))
        {
            Assert.Equal(0, (int)JsonNode.Parse(await all.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["total_rows"]!);
        }

        var document = await service.FinishAsync(await service.TriggerAsync(",\"exclude\":[\"*.tmp\"]"));
        Assert.Equal((long)attributes["files"]!, (long)document["counts"]!["imported"]!);
        Assert.Equal((long)attributes["bytes"]!, (long)document["progress"]!["bytes_imported"]!);
        Assert.Equal((long)attributes["left_out"]![0]!["count"]!, (long)document["counts"]!["excluded"]!);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_named_and_makes_it_incomplete()
    {
        service.Remote.File("/a.txt").Folder("/shut").File("/shut/b.txt");
        service.Remote.OnList = (folder, _) => folder == "/shut" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;

        var attributes = (await PreflightAsync(""))["data"]!["attributes"]!;

        Assert.Equal((false, 1), ((bool)attributes["complete"]!, (int)attributes["files"]!));
        Assert.Equal(("not_allowed", "/shut"), ((string)attributes["left_out"]![0]!["reason"]!, (string)attributes["left_out"]![0]!["examples"]![0]!));
    }

    [Fact]
    public async Task A_source_that_never_ends_is_cut_off_and_what_was_seen_is_told()
    {
        await using var hurried = await RunningService.StartAsync(("Migration:PreflightTime", "00:00:00.300"));
        hurried.Remote.File("/a.txt").Folder("/endless");
        var asked = 0;
        var over = new TaskCompletionSource();
        hurried.Remote.OnList = async (folder, _) =>
        {
            if (folder == "/endless")
            {
                asked++;
                await over.Task;
            }
        };

        using var answer = await hurried.PostAsync("/remote/nextcloud/migration/preflight", "{" + Login + "}");

        over.SetResult();
        var attributes = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["data"]!["attributes"]!;
        Assert.Equal((false, 1, 1, 1), ((bool)attributes["complete"]!, (int)attributes["files"]!, (int)attributes["folders"]!, asked));
    }

    [Fact]
    public async Task A_migration_that_follows_tells_category_by_category_where_it_came_otherwise()
    {
        service.Remote.File("/a.txt", 5).File("/b.txt", 7).Folder("/from bob").As(SourceKind.Shared, "/from bob");
        await PreflightAsync("");
        service.Remote.File("/c.txt", 100);
        service.Remote.OnFetch = (file, _) => file.Path.Name == "a.txt" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;

        var document = await service.FinishAsync(await service.TriggerAsync());

        Assert.Equal((2, 12), ((int)document["prediction"]!["files"]!, (int)document["prediction"]!["bytes"]!));
        Assert.Equal(
            ["bytes 12 107", "left_out.not_allowed 0 1"],
            document["differences"]!.AsArray().Select(found => $"{found!["what"]} {found["predicted"]} {found["actual"]}"));

        // Tried again it ends as it ends then.
        service.Remote.OnFetch = (_, _) => Task.CompletedTask;
        using var retried = await service.PostAsync($"/remote/nextcloud/migration/{(string)document["_id"]!}/retry");
        document = await service.FinishAsync((string)document["_id"]!);
        Assert.Equal(["bytes 12 112", "files 2 3"], document["differences"]!.AsArray().Select(found => $"{found!["what"]} {found["predicted"]} {found["actual"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_that_comes_as_it_was_told_has_no_differences()
    {
        service.Remote.File("/a.txt", 5).File("/same.txt", 7).Folder("/from bob").As(SourceKind.Shared, "/from bob");
        await service.FinishAsync(await service.TriggerAsync());
        var id = (string)(await PreflightAsync(""))["data"]!["id"]!;

        var document = await service.FinishAsync(await service.TriggerAsync($",\"preflight\":\"{id}\""));

        Assert.Equal(id, (string)document["prediction"]!["id"]!);
        Assert.True(document["differences"] is JsonArray { Count: 0 }, document.ToJsonString());
    }

    [Theory]
    [InlineData("", ",\"source_path\":\"/sub\"")]
    [InlineData("", ",\"preflight\":\"another\"")]
    [InlineData("\"exclude\":[\"*.tmp\"]", "")]
    [InlineData("\"target_dir\":\"/Other\"", "")]
    public async Task One_of_something_else_is_not_compared(string asked, string triggered)
    {
        service.Remote.File("/a.txt", 5).Folder("/sub");
        await PreflightAsync(asked);

        var document = await service.FinishAsync(await service.TriggerAsync(triggered));

        Assert.Equal((null, null), (document["prediction"], document["differences"]));
    }

    [Fact]
    public async Task One_that_was_not_whole_or_not_of_this_instance_proves_nothing()
    {
        service.Remote.File("/a.txt").Folder("/shut").File("/shut/b.txt");
        service.Remote.OnList = (folder, _) => folder == "/shut" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;
        await PreflightAsync("");

        var document = await service.FinishAsync(await service.TriggerAsync());
        using var other = await service.SendAsync(HttpMethod.Post, "/remote/nextcloud/migration", "{" + Login + "}", host: TwoInstances.Other);
        var id = (string)JsonNode.Parse(await other.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["data"]!["id"]!;

        Assert.False((bool)document["prediction"]!["complete"]!);
        Assert.Null(document["differences"]);
        using var stored = await service.SendAsync(HttpMethod.Get, $"/data/io.cozy.nextcloud.migrations/{id}", host: TwoInstances.Other);
        Assert.Null(JsonNode.Parse(await stored.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["prediction"]);
    }

    [Theory]
    [InlineData("\"source_path\":\"/nowhere\"", HttpStatusCode.NotFound)]
    [InlineData("\"exclude\":[\"\"]", HttpStatusCode.BadRequest)]
    [InlineData("\"include\":[\"encrypted\"]", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_looked_at_is_refused(string more, HttpStatusCode status)
    {
        using var answer = await service.PostAsync("/remote/nextcloud/migration/preflight", "{" + Login + "," + more + "}");

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Wrong_credentials_are_told_as_those_of_a_trigger()
    {
        service.Remote.OnProbe = _ => throw new FaultException(Fault.Unauthenticated, "no");

        using var answer = await service.PostAsync("/remote/nextcloud/migration/preflight", "{" + Login + "}");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("nextcloud credentials are invalid", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task<JsonNode> PreflightAsync(string more)
    {
        using var answer = await service.PostAsync("/remote/nextcloud/migration/preflight", "{" + Login + (more.Length > 0 ? "," + more : "") + "}");
        Assert.Equal((HttpStatusCode.OK, "application/vnd.api+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }
}

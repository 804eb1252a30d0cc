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

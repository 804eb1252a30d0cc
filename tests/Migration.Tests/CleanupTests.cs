using System.Text.Json.Nodes;
using Migration.Tests.Fakes;
using Shared.Access;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>POST …/delete-source: nothing is deleted that is not safe in the drive, and nobody else's (cozy-api 4.3).</summary>
public sealed class CleanupTests : IAsyncLifetime
{
    private const string Trigger = "/remote/nextcloud/migration";

    private RunningService service = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => service = await RunningService.StartAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task What_has_arrived_is_deleted_with_the_folders_that_are_empty_then()
    {
        service.Remote.File("/a").Folder("/b").File("/b/c").Folder("/b/d").Folder("/e");
        var id = await MigrateAsync();

        using var answer = await CleanAsync(id);
        var document = await DocumentAsync(id);

        Assert.Equal((204, ""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct)));
        Assert.Empty(service.Remote.Left);
        Assert.Equal(("completed", "completed", 5, 0), Standing(document));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)document["source_deleted_at"]!);
    }

    [Fact]
    public async Task What_changed_belongs_to_others_came_later_or_left_the_drive_is_kept_and_said()
    {
        service.Remote.File("/changed").Folder("/folder").File("/folder/shared").File("/lost").File("/good");
        var id = await MigrateAsync();
        service.Remote.Change("/changed", 11);
        service.Remote.Foreign["/folder/shared"] = true;
        service.Remote.File("/later");
        Assert.True(service.Remote.Drive.TryRemove("/Nextcloud/lost", out _));

        using var answer = await CleanAsync(id);
        var document = await DocumentAsync(id);

        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal(["/changed", "/folder", "/folder/shared", "/later", "/lost"], service.Remote.Left);
        Assert.Equal(("completed", "completed", 1, 4), Standing(document));
        Assert.Equal(
            [
                ("/changed", "it has changed since it was migrated"),
                ("/folder", "it is not empty"),
                ("/lost", "its copy is no longer in the drive as it was"),
                ("/folder/shared", "it is not the user's own, or may not be deleted"),
            ],
            document["source_deletion"]!["kept_entries"]!.AsArray().Select(kept => ((string)kept!["path"]!, (string)kept["reason"]!)));
        Assert.NotNull(document["source_deleted_at"]);
    }

    [Fact]
    public async Task A_partial_migration_is_not_cleaned_up_before_that_is_acknowledged_and_what_is_missing_is_kept()
    {
        service.Remote.File("/good").File("/bad").OnFetch = (file, _) =>
            file.Path.Name == "bad" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;
        var id = await MigrateAsync();

        using var refused = await CleanAsync(id);
        Assert.Equal(["/bad", "/good"], service.Remote.Left);
        using var answer = await CleanAsync(id, "?acknowledge_partial=true");

        await AssertErrorAsync(refused, 409, "Conflict", "nextcloud migration is partial: 1 files or folders did not arrive and will be kept; to delete the others, ask with acknowledge_partial=true");
        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal(["/bad"], service.Remote.Left);
        Assert.Contains("it did not arrive", (await DocumentAsync(id))["source_deletion"]!["kept_entries"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://nc.alma.example/", "bob")]
    [InlineData("https://other.example/", "alma")]
    [InlineData("https://nc.alma.example/nextcloud/", "alma")]
    public async Task An_account_that_belongs_to_another_by_now_deletes_nothing(string address, string user)
    {
        service.Remote.File("/a");
        var id = await MigrateAsync();
        service.Remote.Owner = new(address, user);

        using var answer = await CleanAsync(id);

        await AssertErrorAsync(answer, 409, "Conflict", "the nextcloud account of this migration now belongs to another server or user");
        Assert.Equal(["/a"], service.Remote.Left);
    }

    [Theory]
    [InlineData(Fault.NotFound, 404, "Not Found", "no nextcloud account configured for this instance")]
    [InlineData(Fault.Unauthenticated, 401, "Unauthorized", "nextcloud credentials are invalid")]
    [InlineData(Fault.BadGateway, 502, "Bad Gateway", "nextcloud unreachable: nobody answers")]
    internal async Task What_the_nextcloud_says_reaches_the_caller_and_the_document_is_untouched(Fault fault, int status, string title, string detail)
    {
        service.Remote.File("/a");
        var id = await MigrateAsync();
        var before = await DocumentAsync(id);
        service.Remote.OnIdentify = () => throw new FaultException(fault, "nobody answers");

        using var answer = await CleanAsync(id);

        await AssertErrorAsync(answer, status, title, detail);
        Assert.True(JsonNode.DeepEquals(before, await DocumentAsync(id)));
    }

    [Fact]
    public async Task A_cleanup_that_breaks_off_can_be_asked_for_again_and_goes_on()
    {
        service.Remote.File("/a").File("/b").File("/c");
        var id = await MigrateAsync();
        service.Remote.OnDelete = (entry, _) => entry.Path.Name == "b" ? throw new FaultException(Fault.Unauthenticated, "revoked") : Task.CompletedTask;

        using var broken = await CleanAsync(id);
        var failed = await DocumentAsync(id);
        service.Remote.OnDelete = (_, _) => Task.CompletedTask;
        using var answer = await CleanAsync(id);
        using var again = await CleanAsync(id);

        await AssertErrorAsync(broken, 401, "Unauthorized", "nextcloud credentials are invalid");
        Assert.Equal("failed", (string)failed["source_deletion"]!["status"]!);
        Assert.Null(failed["source_deleted_at"]);
        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Empty(service.Remote.Left);
        await AssertErrorAsync(again, 409, "Conflict", "nextcloud migration source already deleted");
        Assert.Equal(3, service.Remote.Deletions);
    }

    [Fact]
    public async Task Unknown_unfinished_and_other_instances_migrations_are_refused()
    {
        service.Remote.File("/a").OnFetch = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        var id = await service.TriggerAsync();

        using var unknown = await CleanAsync(new string('0', 32));
        using var unfinished = await CleanAsync(id);
        using var foreign = await service.SendAsync(HttpMethod.Post, $"{Trigger}/{id}/delete-source", host: TwoInstances.Other);
        using var mayNot = await service.PostAsync($"{Trigger}/{id}/delete-source", token: service.Token("io.cozy.nextcloud.migrations:GET"));

        await AssertErrorAsync(unknown, 404, "Not Found", "nextcloud migration not found");
        await AssertErrorAsync(unfinished, 409, "Conflict", "nextcloud migration source can only be deleted after a completed migration");
        await AssertErrorAsync(foreign, 404, "Not Found", "nextcloud migration not found");
        Assert.Equal(403, (int)mayNot.StatusCode);
    }

    [Fact]
    public async Task A_migration_that_was_not_verified_here_deletes_nothing()
    {
        using var made = await service.PostAsync(
            "/data/io.cozy.nextcloud.migrations/", """{"status":"completed","target_dir":"/Here","account_id":"account-1"}""");
        var id = (string)JsonNode.Parse(await made.Content.ReadAsStringAsync(Ct))!["id"]!;

        using var answer = await CleanAsync(id, "?acknowledge_partial=true");

        await AssertErrorAsync(answer, 409, "Conflict", "nextcloud migration source cannot be deleted: no file of it was verified here");
    }

    [Fact]
    public async Task Equal_names_do_not_take_each_others_place_in_the_trash()
    {
        service.Remote.Folder("/a").File("/a/same.txt").Folder("/b").File("/b/Same.txt").File("/same.txt");
        var id = await MigrateAsync();

        using var answer = await CleanAsync(id);

        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal(5, service.Remote.Trash.Count);
    }

    [Fact]
    public async Task A_cleanup_that_takes_long_is_answered_and_goes_on_while_nobody_can_delete_its_migration()
    {
        await using var hasty = await RunningService.StartAsync(("Migration:SourceDeletionAnswer", "00:00:00.1"));
        var go = new TaskCompletionSource();
        hasty.Remote.File("/a").OnDelete = (_, _) => go.Task;
        var id = await hasty.TriggerAsync();
        await hasty.FinishAsync(id);

        using var answer = await hasty.PostAsync($"{Trigger}/{id}/delete-source");
        var running = await hasty.UntilAsync(id, _ => true);
        using var removed = await hasty.SendAsync(HttpMethod.Delete, $"/data/io.cozy.nextcloud.migrations/{id}?rev={running["_rev"]}");
        using var again = await hasty.PostAsync($"{Trigger}/{id}/delete-source");
        Assert.Equal(["/a"], hasty.Remote.Left);
        go.SetResult();
        await hasty.UntilAsync(id, document => document["source_deleted_at"] is not null);

        Assert.Equal((204, 409, 204), ((int)answer.StatusCode, (int)removed.StatusCode, (int)again.StatusCode));
        Assert.Equal("running", (string)running["source_deletion"]!["status"]!);
        Assert.Null(running["source_deleted_at"]);
        Assert.Equal(1, hasty.Remote.Deletions);
    }

    private Task<HttpResponseMessage> CleanAsync(string id, string query = "") => service.PostAsync($"{Trigger}/{id}/delete-source{query}");

    private async Task<string> MigrateAsync()
    {
        var id = await service.TriggerAsync();
        Assert.Equal("completed", (string)(await service.FinishAsync(id))["status"]!);
        return id;
    }

    private Task<JsonNode> DocumentAsync(string id) => service.UntilAsync(id, _ => true);

    private static (string, string, int, int) Standing(JsonNode document) => document["source_deletion"] is var deletion
        ? ((string)document["status"]!, (string)deletion!["status"]!, (int)deletion["deleted"]!, (int)deletion["kept"]!)
        : default;

    private static async Task AssertErrorAsync(HttpResponseMessage answer, int status, string title, string detail)
    {
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["errors"]![0]!;
        Assert.Equal(
            (status, $"{status}", title, detail),
            ((int)answer.StatusCode, (string)error["status"]!, (string)error["title"]!, (string)error["detail"]!));
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Migration.Migrations;
using Migration.Tests.Fakes;
using Protos;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>The service through its doors: REST, gRPC and the document, and over gRPC to the other service.</summary>
public sealed class DoorTests : IAsyncLifetime
{
    private const string Trigger = "/remote/nextcloud/migration";
    private const string Body = """{"nextcloud_url":"https://nc.alma.example","nextcloud_login":"alma","nextcloud_app_password":"secret"}""";

    private RunningService service = null!;

    public async ValueTask InitializeAsync() => service = await RunningService.StartAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task A_trigger_answers_201_with_the_pending_migration_and_its_document_reaches_completed()
    {
        service.Remote.File("/a b.txt", 5).Folder("/é", 1_600_000_000).File("/é/c.txt", 7);

        using var answer = await service.PostAsync(Trigger, Body);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("application/vnd.api+json", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var id = (string)JsonNode.Parse(text)!["data"]!["id"]!;
        Assert.Matches(
            $$"""
            ^\{"data":\{"type":"io.cozy.nextcloud.migrations","id":"{{id}}","attributes":\{"status":"pending","target_dir":"/Nextcloud","source_path":"/",
            "progress":\{"files_imported":0,"files_total":0,"bytes_imported":0,"bytes_total":0\},"errors":\[\],"skipped":\[\],
            "started_at":null,"finished_at":null\},"meta":\{"rev":"\d+-[0-9a-f]{32}"\}\}\}\s*$
            """.ReplaceLineEndings(""),
            text);

        var document = await service.FinishAsync(id);
        Assert.Equal(("completed", "complete", id), ((string)document["status"]!, (string)document["outcome"]!, (string)document["_id"]!));
        Assert.Equal("io.cozy.nextcloud.migrations", (string)document["_type"]!);
        Assert.Matches("^[1-9][0-9]*-[0-9a-f]{32}$", (string)document["_rev"]!);
        Assert.Equal("""{"files_imported":2,"files_total":2,"bytes_imported":12,"bytes_total":12}""", document["progress"]!.ToJsonString());
        Assert.Equal(1_600_000_000, service.Remote.Directories["/Nextcloud/é"]);
        Assert.Equal(1_700_000_000, service.Remote.Drive["/Nextcloud/a b.txt"].ModifiedAt);
    }

    [Theory]
    [InlineData("{}", 400, "Bad Request", "nextcloud_url is required")]
    [InlineData(
        """{"nextcloud_url":"https://nc","nextcloud_login":"a","nextcloud_app_password":"b","target_dir":"/"}""",
        400, "Bad Request", "target_dir must be a clean absolute path")]
    [InlineData("{", 400, "Bad Request", "invalid JSON body")]
    public async Task A_request_that_is_wrong_is_told_why(string body, int status, string title, string detail)
    {
        using var answer = await service.PostAsync(Trigger, body);

        await AssertErrorAsync(answer, status, title, detail);
        Assert.Empty(service.Remote.Accounts);
    }

    [Theory]
    [InlineData(Fault.Unauthenticated, 401, "Unauthorized", "nextcloud credentials are invalid")]
    [InlineData(Fault.BadGateway, 502, "Bad Gateway", "nextcloud unreachable: no such host")]
    internal async Task What_the_nextcloud_says_reaches_the_caller(Fault fault, int status, string title, string detail)
    {
        service.Remote.OnProbe = _ => throw new FaultException(fault, "no such host");

        using var answer = await service.PostAsync(Trigger, Body);

        await AssertErrorAsync(answer, status, title, detail);
    }

    [Fact]
    public async Task A_second_trigger_answers_409_and_a_cancel_202_404_and_409()
    {
        service.Remote.File("/a").OnFetch = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        var id = await service.TriggerAsync();
        await service.UntilAsync(id, document => (string)document["status"]! == "running");

        using var second = await service.PostAsync(Trigger, Body);
        await AssertErrorAsync(second, 409, "Conflict", "a nextcloud migration is already in progress");
        using var unknown = await service.PostAsync($"{Trigger}/{new string('0', 32)}/cancel");
        await AssertErrorAsync(unknown, 404, "Not Found", "nextcloud migration not found");
        using var cancel = await service.PostAsync($"{Trigger}/{id}/cancel");
        Assert.Equal((HttpStatusCode.Accepted, ""), (cancel.StatusCode, await cancel.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal("canceled", (string)(await service.FinishAsync(id))["status"]!);
        using var ended = await service.PostAsync($"{Trigger}/{id}/cancel");
        await AssertErrorAsync(ended, 409, "Conflict", "nextcloud migration already in a terminal state");
    }

    [Fact]
    public async Task A_cancel_aborts_the_transfer_inside_the_other_service_within_two_seconds()
    {
        var (hangs, aborted) = (new TaskCompletionSource(), new TaskCompletionSource());
        service.Remote.File("/a").OnFetch = async (_, ct) =>
        {
            hangs.SetResult();
            await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            aborted.SetResult();
        };
        var id = await service.TriggerAsync();
        await hangs.Task;

        var begun = TimeProvider.System.GetTimestamp();
        using var cancel = await service.PostAsync($"{Trigger}/{id}/cancel");
        var document = await service.FinishAsync(id);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal("canceled by user", (string)document["failure_reason"]!);
    }

    [Theory]
    [InlineData(Fault.Forbidden, "not_allowed")]
    [InlineData(Fault.NotFound, "not_there")]
    [InlineData(Fault.TooLarge, "too_large")]
    internal async Task Faults_keep_their_meaning_over_the_wire(Fault fault, string code)
    {
        service.Remote.File("/a").OnFetch = (_, _) => throw new FaultException(fault, "no");

        var document = await service.FinishAsync(await service.TriggerAsync());

        Assert.Equal(("completed", "partial", code), ((string)document["status"]!, (string)document["outcome"]!, (string)document["errors"]![0]!["code"]!));
    }

    [Theory]
    [InlineData(Fault.Unauthenticated)]
    [InlineData(Fault.OutOfSpace)]
    [InlineData(Fault.Locked)]
    [InlineData(Fault.Internal)]
    internal async Task What_stood_in_the_way_once_is_tried_again_over_the_wire(Fault fault)
    {
        var tries = 0;
        service.Remote.File("/a").OnFetch = (_, _) => ++tries == 1 ? throw new FaultException(fault, "no") : Task.CompletedTask;

        var document = await service.FinishAsync(await service.TriggerAsync());

        Assert.Equal(("completed", "complete", 2), ((string)document["status"]!, (string)document["outcome"]!, tries));
    }

    [Fact]
    public async Task A_migration_that_waits_tells_for_what_and_goes_on_with_a_new_password()
    {
        var refused = new FaultException(Fault.Unauthenticated, "no");
        service.Remote.File("/a").OnFetch = (_, _) => throw refused;
        service.Remote.OnIdentify = () => throw refused;
        var id = await service.TriggerAsync();
        var waiting = await service.UntilAsync(id, document => document["waiting_for"] is not null);
        service.Remote.OnProbe = _ => throw refused;
        using var wrong = await PutAsync("""{"nextcloud_app_password":"wrong"}""");
        using var empty = await PutAsync("{}");
        using var foreign = await service.SendAsync(HttpMethod.Put, $"{Trigger}/{id}/credentials", """{"nextcloud_app_password":"new"}""", host: TwoInstances.Other);
        service.Remote.OnProbe = _ => Task.CompletedTask;
        service.Remote.OnFetch = (_, _) => Task.CompletedTask;
        service.Remote.OnIdentify = () => Task.CompletedTask;
        using var right = await PutAsync("""{"nextcloud_app_password":"new"}""");
        var document = await service.FinishAsync(id);
        using var late = await PutAsync("""{"nextcloud_app_password":"new"}""");

        Assert.Equal("running", (string?)waiting["status"]);
        Assert.Equal(["message", "reason", "since", "until"], waiting["waiting_for"]!.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal("credentials", (string?)waiting["waiting_for"]!["reason"]);
        Assert.Equal((401, 422, 404, 204, 409), ((int)wrong.StatusCode, (int)empty.StatusCode, (int)foreign.StatusCode, (int)right.StatusCode, (int)late.StatusCode));
        Assert.Equal("complete", (string?)document["outcome"]);
        Assert.Null(document["waiting_for"]);

        Task<HttpResponseMessage> PutAsync(string json) => service.SendAsync(HttpMethod.Put, $"{Trigger}/{id}/credentials", json);
    }

    [Fact]
    public async Task A_document_is_its_owners_alone()
    {
        var id = await service.TriggerAsync();
        var path = $"/data/io.cozy.nextcloud.migrations/{id}";

        using var missing = await service.GetAsync("/data/io.cozy.nextcloud.migrations/0");
        using var forbidden = await service.GetAsync(path, service.Token("io.cozy.files"));
        using var mayNotTrigger = await service.PostAsync(Trigger, Body, service.Token("io.cozy.nextcloud.migrations:GET"));
        using var thisOneOnly = await service.GetAsync(path, service.Token($"io.cozy.nextcloud.migrations:GET:{id}"));
        using var foreign = await service.GetAsync(path, service.Token(instance: TwoInstances.Other));

        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal(
            """{"error":"not_found","ok":false,"reason":"missing","status":"404"}""",
            (await missing.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Trim());
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, mayNotTrigger.StatusCode);
        Assert.Equal(HttpStatusCode.OK, thisOneOnly.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
    }

    [Fact]
    public async Task The_same_door_answers_grpc()
    {
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        var client = new Protos.Migration.MigrationClient(channel);
        var headers = new Metadata { { "authorization", "Bearer " + service.Token() } };
        var order = new TriggerRequest { NextcloudUrl = "https://nc", NextcloudLogin = "a", NextcloudAppPassword = "b", SourcePath = "/gone" };

        var reply = await client.TriggerAsync(order, headers, cancellationToken: TestContext.Current.CancellationToken);
        var document = await service.FinishAsync(reply.Data.Id);
        var ended = await Assert.ThrowsAsync<RpcException>(
            () => client.CancelAsync(new() { Id = reply.Data.Id }, headers, cancellationToken: TestContext.Current.CancellationToken).ResponseAsync);

        Assert.Equal("Source path not found in Nextcloud: /gone", (string)document["failure_reason"]!);
        Assert.Equal(StatusCode.FailedPrecondition, ended.StatusCode);
    }

    [Fact]
    public async Task A_service_that_only_takes_requests_leaves_the_work_to_others()
    {
        await using var half = await RunningService.StartAsync(("Migration:Worker", "false"));
        var id = await half.TriggerAsync();

        Assert.DoesNotContain(half.Services.GetServices<IHostedService>(), service => service is Worker);
        Assert.Equal("pending", (string)(await half.UntilAsync(id, _ => true))["status"]!);
        using var cancel = await half.PostAsync($"{Trigger}/{id}/cancel");
        Assert.Equal("canceled", (string)(await half.UntilAsync(id, _ => true))["status"]!);
    }

    [Fact]
    public async Task Without_a_broker_a_trigger_answers_503_in_the_form_of_the_contract_and_the_document_says_why()
    {
        var nobody = $"amqp://guest:guest@127.0.0.1:{FreePort.Take()}/";
        await using var cut = await RunningService.StartAsync(("Migration:Worker", "false"), ("RabbitMq:Uri", nobody));

        using var answer = await cut.PostAsync(Trigger, Body);
        using var found = await cut.PostAsync("/data/io.cozy.nextcloud.migrations/_find", """{"selector":{}}""");

        await AssertErrorAsync(answer, 503, "Service Unavailable", "migration service is unavailable, please retry later");
        Assert.Equal(TimeSpan.FromSeconds(10), answer.Headers.RetryAfter?.Delta);
        var document = JsonNode.Parse(await found.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["docs"]![0]!;
        Assert.Equal(("failed", ""), ((string)document["status"]!, (string)document["errors"]![0]!["path"]!));
        Assert.StartsWith("publish migration command: ", (string)document["errors"]![0]!["message"]!, StringComparison.Ordinal);
        Assert.NotNull(document["finished_at"]);
    }

    [Theory]
    [InlineData("Photos", "/Photos")]
    [InlineData("//Photos//2024/", "/Photos/2024")]
    [InlineData("/a/../../b", "/b")]
    public async Task A_source_path_is_stored_clean_whatever_was_typed(string typed, string stored)
    {
        service.Remote.Folder(stored);

        using var answer = await service.PostAsync(Trigger, Body.Replace("}", $",\"source_path\":\"{typed}\"}}", StringComparison.Ordinal));

        var attributes = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["data"]!["attributes"]!;
        Assert.Equal(stored, (string)attributes["source_path"]!);
    }

    [Fact]
    public async Task A_configuration_that_cannot_work_stops_the_start()
    {
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => RunningService.StartAsync(("Migration:Lease", "00:00:05")));
        var broker = await Assert.ThrowsAsync<Operations.StartException>(() => RunningService.StartAsync(("RabbitMq:Uri", "http://nowhere")));
        Assert.Contains("RabbitMq:Uri", broker.Message);
    }

    private static async Task AssertErrorAsync(HttpResponseMessage answer, int status, string title, string detail)
    {
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["errors"]![0]!;
        Assert.Equal(
            (status, $"{status}", title, detail),
            ((int)answer.StatusCode, (string)error["status"]!, (string)error["title"]!, (string)error["detail"]!));
    }
}

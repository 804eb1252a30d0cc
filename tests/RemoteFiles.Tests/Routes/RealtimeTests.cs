using System.Text.Json.Nodes;
using Grpc.Core;

namespace RemoteFiles.Tests.Routes;

/// <summary>What this service tells of its documents (cozy-api section 11), to whom, and until when.</summary>
public sealed class RealtimeTests(RouteFixture fixture) : DataTest(fixture), IClassFixture<RouteFixture>
{
    private const string Files = "io.cozy.files";
    private const string Root = "io.cozy.files.root-dir";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_told_as_the_document_it_has_become()
    {
        using var watch = await WatchAsync(Files);
        var directory = await MakeDirectoryAsync();
        var made = await watch.NextAsync();
        Assert.Equal(("CREATED", directory, "directory", Root), (made.Event, made.Id, (string)made.Json["type"]!, (string)made.Json["dir_id"]!));
        Assert.Equal(Folder, (string)made.Json["path"]!);

        var file = await UploadAsync(directory, "a.txt", "hello");
        var uploaded = await watch.NextAsync();
        Assert.Equal(("CREATED", file, "a.txt", "5"), (uploaded.Event, uploaded.Id, (string)uploaded.Json["name"]!, (string)uploaded.Json["size"]!));
        Assert.Equal((file, directory, false), ((string)uploaded.Json["_id"]!, (string)uploaded.Json["dir_id"]!, (bool)uploaded.Json["trashed"]!));
        var shown = JsonNode.Parse((await Cozy.GetAsync($"/files/{file}")).Text)!["data"]!;
        Assert.Equal((string)shown["meta"]!["rev"]!, (string)uploaded.Json["_rev"]!);
        foreach (var (name, value) in shown["attributes"]!.AsObject())
        {
            Assert.True(JsonNode.DeepEquals(value, uploaded.Json[name]), name);
        }

        Expect.Status(200, await Cozy.PutAsync($"/files/{file}", RestClient.Body("hello again")));
        var overwritten = await watch.NextAsync();
        Assert.Equal(("UPDATED", file, "11"), (overwritten.Event, overwritten.Id, (string)overwritten.Json["size"]!));

        Expect.Status(200, await Cozy.SendAsync("PATCH", $"/files/{file}", Attributes(("name", "b.txt"), ("dir_id", Root))));
        var moved = await watch.NextAsync();
        Assert.Equal(("UPDATED", "b.txt", Root), (moved.Event, (string)moved.Json["name"]!, (string)moved.Json["dir_id"]!));

        Expect.Status(200, await Cozy.DeleteAsync($"/files/{file}"));
        var trashed = await watch.NextAsync();
        Assert.Equal(("UPDATED", file, true), (trashed.Event, trashed.Id, (bool)trashed.Json["trashed"]!));

        Expect.Status(204, await Cozy.DeleteAsync($"/files/trash/{file}"));
        var removed = await watch.NextAsync();
        Assert.Equal(("DELETED", file, true), (removed.Event, removed.Id, (bool)removed.Json["_deleted"]!));
        Assert.True(Number(removed.Json) > Number(trashed.Json));
    }

    [Fact]
    public async Task A_directory_is_told_alone_whatever_lies_in_it()
    {
        var directory = await MakeDirectoryAsync();
        await UploadAsync(directory, "a.txt", "hello");
        using var watch = await WatchAsync(Files);
        Expect.Status(201, await Cozy.PostAsync($"/files/{directory}/copy?Name={Folder[1..]}-copy"));
        var copied = await watch.NextAsync();
        Assert.Equal(("CREATED", Folder + "-copy"), (copied.Event, (string)copied.Json["path"]!));
        Expect.Status(200, await Cozy.DeleteAsync($"/files/{directory}"));
        Assert.Equal(("UPDATED", directory), await NameAsync(watch));
        await watch.SettleAsync();
    }

    [Fact]
    public async Task What_happens_twice_to_a_file_in_the_trash_is_told_when_it_is_emptied()
    {
        var cozy = await Fixture.AddInstanceAsync("emptied.example");
        var answer = await cozy.PostAsync($"/files/{Root}?Type=file&Name=a.txt", RestClient.Body("hello"));
        Expect.Status(201, answer);
        var file = Ids.Of(answer);
        Expect.Status(200, await cozy.DeleteAsync($"/files/{file}"));
        using var watch = await WatchClient.OpenAsync(Fixture.Server.GrpcAddress, cozy.Domain, cozy.Token!);
        await watch.SubscribeAsync(Files);
        await watch.SettleAsync();
        Expect.Status(204, await cozy.DeleteAsync("/files/trash"));
        Assert.Equal(("DELETED", file), await NameAsync(watch));
    }

    [Fact]
    public async Task A_document_is_told_once_even_when_its_type_and_its_id_are_both_watched()
    {
        var client = await ClientAsync();
        using var watch = await WatchAsync(Doctype, client);
        await watch.SubscribeAsync(Doctype, "one");
        await watch.SettleAsync();
        var one = await MakeAsync(client, "one", """{"n":1}""");
        var created = await watch.NextAsync();
        Assert.Equal(("CREATED", "one", 1), (created.Event, created.Id, (int)created.Json["n"]!));
        Assert.Equal((string)one["rev"]!, (string)created.Json["_rev"]!);
        Expect.Status(200, await client.PutAsync(Data + "one", RestClient.JsonBody($$"""{"_id":"one","_rev":"{{one["rev"]}}","n":2}""")));
        var updated = await watch.NextAsync();
        Assert.Equal(("UPDATED", 2), (updated.Event, (int)updated.Json["n"]!));
        Expect.Status(200, await client.DeleteAsync($"{Data}one?rev={updated.Json["_rev"]}"));
        var deleted = await watch.NextAsync();
        Assert.Equal(("DELETED", true), (deleted.Event, (bool)deleted.Json["_deleted"]!));
        Assert.StartsWith("3-", (string)deleted.Json["_rev"]!);
        await watch.SettleAsync();
    }

    [Fact]
    public async Task A_change_that_is_refused_is_not_told()
    {
        var client = await ClientAsync();
        await MakeAsync(client, "one", "{}");
        using var watch = await WatchAsync(Doctype, client);
        Expect.Status(409, await client.PutAsync(Data + "one", RestClient.JsonBody("{}")));
        Expect.Status(409, await client.DeleteAsync(Data + "one?rev=1-0"));
        await watch.SettleAsync();
    }

    [Fact]
    public async Task Unsubscribing_from_a_type_leaves_its_ids()
    {
        var client = await ClientAsync();
        using var watch = await WatchAsync(Doctype, client);
        await watch.SubscribeAsync(Doctype, "one");
        await watch.UnsubscribeAsync(Doctype);
        await watch.SettleAsync();
        await MakeAsync(client, "two", "{}");
        await MakeAsync(client, "one", "{}");
        Assert.Equal(("CREATED", "one"), await NameAsync(watch));
        await watch.UnsubscribeAsync(Doctype, "one");
        await watch.SettleAsync();
        Expect.Status(200, await client.PutAsync(Data + "three", RestClient.JsonBody("{}")));
        await watch.SettleAsync();
    }

    [Fact]
    public async Task An_account_is_told_without_its_password()
    {
        using var watch = await WatchAsync("io.cozy.accounts");
        await RouteFixture.AddAccountAsync(Cozy, Nextcloud.Url.ToString(), "someone", "a-password-in-clear");
        var (@event, _, json) = await watch.NextAsync();
        Assert.Equal("CREATED", @event);
        Assert.DoesNotContain("a-password-in-clear", json.ToJsonString());
        Assert.Null(json["auth"]!["password"]);
    }

    [Fact]
    public async Task Each_instance_hears_of_its_own_documents_alone()
    {
        var other = await Fixture.AddInstanceAsync("other.example");
        using var theirs = await WatchClient.OpenAsync(Fixture.Server.GrpcAddress, other.Domain, other.Token!);
        await theirs.SubscribeAsync(Files);
        await theirs.SettleAsync();
        await MakeDirectoryAsync();
        await theirs.SettleAsync();
    }

    [Fact]
    public async Task Without_a_rule_about_the_type_or_the_id_a_subscription_is_refused()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "hello");
        var outside = await UploadAsync(Root, Folder[1..] + ".txt", "hello");
        using var watch = await OpenAsync(await ClientAsync($"{Files}:GET:{directory} {Doctype}:GET:one io.cozy.nothing:POST"));
        await watch.SubscribeAsync(Files);
        Assert.Equal(Files, (await watch.ReadAsync()).Forbidden?.Doctype);
        await watch.SubscribeAsync("io.cozy.nothing");
        Assert.Equal("io.cozy.nothing", (await watch.ReadAsync()).Forbidden?.Doctype);
        await watch.SubscribeAsync(Doctype, "two");
        Assert.Equal("two", (await watch.ReadAsync()).Forbidden?.Id);
        await watch.SubscribeAsync(Files, outside);
        Assert.Equal(outside, (await watch.ReadAsync()).Forbidden?.Id);
        await watch.SubscribeAsync(Files, "nothing-of-this-id");
        Assert.Equal("nothing-of-this-id", (await watch.ReadAsync()).Forbidden?.Id);

        await watch.SubscribeAsync(Doctype, "one");
        await watch.SubscribeAsync(Files, file);
        await watch.SettleAsync();
        Expect.Status(200, await Cozy.DeleteAsync($"/files/{outside}"));
        Expect.Status(200, await Cozy.DeleteAsync($"/files/{file}"));
        Assert.Equal(("UPDATED", file), await NameAsync(watch));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no token")]
    [InlineData("of another instance")]
    [InlineData("unknown instance")]
    [InlineData("of a service")]
    public async Task Who_is_not_let_in_hears_so(string what)
    {
        var host = what == "unknown instance" ? "nowhere.example" : Cozy.Domain;
        var token = what switch
        {
            "of another instance" => (await Fixture.AddInstanceAsync("third.example")).Token!,
            "unknown instance" => Cozy.Token!,
            "of a service" => await Fixture.Server.MintAsync(Cozy.Domain, "", TimeSpan.FromMinutes(5), "service"),
            _ => what,
        };
        using var watch = await WatchClient.OpenAsync(Fixture.Server.GrpcAddress, host, token);
        Assert.Equal(StatusCode.Unauthenticated, (await watch.EndAsync()).StatusCode);
    }

    [Fact]
    public async Task Who_does_not_say_first_who_it_is_is_not_let_in()
    {
        using var watch = new WatchClient(Fixture.Server.GrpcAddress);
        await watch.SubscribeAsync(Files);
        Assert.Equal(StatusCode.Unauthenticated, (await watch.EndAsync()).StatusCode);
    }

    [Fact]
    public async Task When_the_token_ends_the_watch_ends()
    {
        using var watch = await WatchClient.OpenAsync(
            Fixture.Server.GrpcAddress, Cozy.Domain, await Fixture.Server.MintAsync(Cozy.Domain, Files, TimeSpan.FromSeconds(2)));
        await watch.SubscribeAsync(Files);
        Assert.Equal(StatusCode.Unauthenticated, (await watch.EndAsync()).StatusCode);
    }

    [Fact]
    public async Task A_newer_token_takes_the_place_of_the_one_before()
    {
        var brief = await Fixture.Server.MintAsync(Cozy.Domain, $"{Files} {Doctype}", TimeSpan.FromSeconds(2));
        using var watch = await WatchClient.OpenAsync(Fixture.Server.GrpcAddress, Cozy.Domain, brief);
        await watch.SubscribeAsync(Files);
        await watch.SubscribeAsync(Doctype);
        var client = await ClientAsync();
        await watch.AuthenticateAsync(Cozy.Domain, client.Token!);
        Assert.Equal(Files, (await watch.ReadAsync()).Forbidden?.Doctype);
        await MakeDirectoryAsync();
        await UntilAsync(() => Cozy.With(brief).GetAsync($"/files/{Root}"), 400);
        await MakeAsync(client, "one", "{}");
        Assert.Equal(("CREATED", "one"), await NameAsync(watch));
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_is_dropped_and_nobody_waits_for_it()
    {
        var client = await ClientAsync();
        using var slow = await WatchAsync(Doctype, client);
        var body = RestClientBody(900_000);
        for (var i = 0; i < 40; i++)
        {
            Expect.Status(200, await client.PutAsync($"{Data}{i}", RestClient.JsonBody(body)));
        }

        Assert.Equal(StatusCode.Unavailable, (await slow.EndAsync()).StatusCode);
    }

    [Fact]
    public async Task There_are_at_most_a_thousand_subscriptions()
    {
        using var watch = await WatchAsync(Files);
        for (var i = 0; i < 999; i++)
        {
            await watch.SubscribeAsync(Files, $"{i}");
        }

        await watch.SubscribeAsync(Files, "1");
        await watch.SubscribeAsync(Files, "one more");
        Assert.Equal("one more", (await watch.ReadAsync()).Refused?.Id);
    }

    [Fact]
    public async Task What_a_client_says_about_a_document_reaches_its_subscribers()
    {
        var client = await ClientAsync();
        using var watch = await WatchAsync(Doctype, client);
        Expect.Status(204, await client.PostAsync($"/realtime/{Doctype}/one%20two", RestClient.JsonBody("""{"data":{"n":1}}""")));
        var (@event, id, json) = await watch.NextAsync();
        Assert.Equal(("NOTIFIED", "one two"), (@event, id));
        Assert.Equal(("one two", 1), ((string)json["_id"]!, (int)json["data"]!["n"]!));
    }

    [Fact]
    public async Task What_is_no_JSON_object_or_not_allowed_or_too_large_is_not_told()
    {
        var client = await ClientAsync();
        using var watch = await WatchAsync(Doctype, client);
        var target = $"/realtime/{Doctype}/one";
        foreach (var body in new[] { "", "hello", "[]", """{"a":"\ud800"}""" })
        {
            Expect.Status(400, await client.PostAsync(target, RestClient.JsonBody(body)));
        }

        Expect.Status(413, await client.PostAsync(target, RestClient.JsonBody(RestClientBody(70_000))));
        Expect.Status(403, await (await ClientAsync($"{Doctype}:GET")).PostAsync(target, RestClient.JsonBody("{}")));
        Expect.Status(401, await client.With(null).PostAsync(target, RestClient.JsonBody("{}")));
        Expect.Status(204, await (await ClientAsync($"{Doctype}:POST:one")).PostAsync(target, RestClient.JsonBody("{}")));
        Assert.Equal(("NOTIFIED", "one"), await NameAsync(watch));
    }

    [Fact]
    public async Task A_service_that_stops_does_not_wait_for_its_watchers()
    {
        WatchClient watch;
        await using (var server = await RestServer.StartAsync())
        {
            await server.AddInstanceAsync("brief.example");
            watch = await WatchClient.OpenAsync(server.GrpcAddress, "brief.example", await server.TokenAsync("brief.example", Files));
            await watch.SettleAsync();
        }

        Assert.Equal(StatusCode.Unavailable, (await watch.EndAsync()).StatusCode);
        watch.Dispose();
    }

    private static string RestClientBody(int length) => $$"""{"text":"{{new string('x', length)}}"}""";

    private static HttpContent Attributes(params (string Name, string Value)[] attributes)
    {
        var values = new JsonObject(attributes.Select(attribute => KeyValuePair.Create(attribute.Name, (JsonNode?)attribute.Value)));
        return RestClient.Body(new JsonObject { ["data"] = new JsonObject { ["attributes"] = values } }.ToJsonString(), "application/vnd.api+json");
    }

    private static int Number(JsonObject document) => int.Parse(((string)document["_rev"]!).Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<(string Event, string Id)> NameAsync(WatchClient watch) => await watch.NextAsync() is var (@event, id, _) ? (@event, id) : default;

    private static async Task UntilAsync(Func<Task<Answer>> ask, int status)
    {
        while ((await ask()).Status != status)
        {
            await Task.Delay(50, Ct);
        }
    }

    private Task<WatchClient> OpenAsync(RestClient client) => WatchClient.OpenAsync(Fixture.Server.GrpcAddress, client.Domain, client.Token!);

    private async Task<WatchClient> WatchAsync(string doctype, RestClient? client = null)
    {
        var watch = await OpenAsync(client ?? Cozy);
        await watch.SubscribeAsync(doctype);
        await watch.SettleAsync();
        return watch;
    }
}

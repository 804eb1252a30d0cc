using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>PUT /files/:id</summary>
public sealed class FilesOverwriteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task The_file_is_answered_whole_with_its_new_content()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "old", "&Executable=true&CreatedAt=2019-01-01T00:00:00Z");
        var expected = Ids.Data(await Cozy.GetAsync("/files/" + file)).DeepClone();

        var answer = await Cozy.PutAsync(
            $"/files/{file}?Name=other.txt&Type=file&UpdatedAt=2020-01-01T00:00:00Z", RestClient.Body("newer"), ("Content-MD5", Md5("newer")), ("If-Match", ""));

        Expect.Status(200, answer);
        var stored = (string)Ids.Attributes(answer)["cozyMetadata"]!["uploadedAt"]!;
        expected["attributes"]!["updated_at"] = "2020-01-01T00:00:00Z";
        expected["attributes"]!["size"] = "5";
        expected["attributes"]!["md5sum"] = Md5("newer");
        expected["attributes"]!["cozyMetadata"]!["updatedAt"] = stored;
        expected["attributes"]!["cozyMetadata"]!["uploadedAt"] = stored;
        expected["meta"]!["rev"] = RevOf(answer);
        Assert.StartsWith("2-", RevOf(answer), StringComparison.Ordinal);
        Expect.Json(200, Expect.JsonApi, new JsonObject { ["data"] = expected }.ToJsonString(), answer);
        Assert.Equal("newer", (await Cozy.GetAsync("/files/download/" + file)).Text);
        Assert.Equal(["a.txt"], await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task The_executable_flag_is_the_one_sent()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.sh", "old", "&Executable=true");

        var answer = await Cozy.PutAsync($"/files/{file}?Executable=false", RestClient.Body("new"));

        Assert.False((bool)Ids.Attributes(answer)["executable"]!);
    }

    [Fact]
    public async Task A_revision_that_is_not_the_current_one_is_412_and_the_content_stays()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "old");
        var first = RevOf(await Cozy.GetAsync("/files/" + file));
        Expect.Status(200, await Cozy.PutAsync("/files/" + file, RestClient.Body("new"), ("If-Match", first)));

        foreach (var (query, header) in new[] { ("", first), ("?rev=" + first, "") })
        {
            var answer = await Cozy.PutAsync($"/files/{file}{query}", RestClient.Body("newest"), ("If-Match", header));
            Expect.Error(412, "Precondition Failed", "Revision does not match", answer, "If-Match");
        }

        Assert.Equal("new", (await Cozy.GetAsync("/files/download/" + file)).Text);
    }

    [Fact]
    public async Task Of_many_contents_for_one_revision_at_once_one_is_stored()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "old");
        var rev = RevOf(await Cozy.GetAsync("/files/" + file));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Cozy.PutAsync("/files/" + file, RestClient.Body($"content {i}"), ("If-Match", rev))));

        Assert.Equal([200, 412, 412, 412, 412, 412, 412, 412], answers.Select(answer => answer.Status).Order());
        var winner = Array.FindIndex(answers, answer => answer.Status == 200);
        Assert.Equal($"content {winner}", (await Cozy.GetAsync("/files/download/" + file)).Text);
    }

    [Fact]
    public async Task A_file_changed_while_its_new_content_comes_keeps_the_change()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "old");
        var rev = RevOf(await Cozy.GetAsync("/files/" + file));
        var (body, gate) = (new GatedBody("late"), new TaskCompletionSource());
        body.Gate = gate.Task;

        var late = Cozy.PutAsync("/files/" + file, body, ("If-Match", rev));
        await body.Begun.Task;
        Expect.Status(200, await Cozy.PutAsync("/files/" + file, RestClient.Body("quick")));
        gate.SetResult();

        Expect.Error(412, "Precondition Failed", "Revision does not match", await late, "If-Match");
        Assert.Equal("quick", (await Cozy.GetAsync("/files/download/" + file)).Text);
    }

    [Fact]
    public async Task A_file_renamed_while_its_new_content_comes_gets_it_under_its_new_name()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "old");
        var (body, gate) = (new GatedBody("late"), new TaskCompletionSource());
        body.Gate = gate.Task;

        var late = Cozy.PutAsync("/files/" + file, body);
        await body.Begun.Task;
        var rename = RestClient.JsonBody("""{"data":{"attributes":{"name":"b.txt"}}}""");
        Expect.Status(200, await Cozy.SendAsync("PATCH", "/files/" + file, rename));
        gate.SetResult();

        Assert.Equal("b.txt", (string)Ids.Attributes(await late)["name"]!);
        Assert.Equal(["b.txt"], await DriveNamesAsync(directory));
        Assert.Equal("late", (await Cozy.GetAsync("/files/download/" + file)).Text);
    }

    [Fact]
    public async Task A_wrong_checksum_is_412_and_the_content_stays()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "old");

        var answer = await Cozy.PutAsync("/files/" + file, RestClient.Body("new"), ("Content-MD5", Md5("other")));

        Expect.Error(412, "Precondition Failed", "Invalid hash", answer, "Content-MD5");
        Assert.Equal("old", (await Cozy.GetAsync("/files/download/" + file)).Text);
    }

    [Fact]
    public async Task The_old_content_makes_room_for_the_new_and_more_is_413()
    {
        var small = await Fixture.AddInstanceAsync($"{Folder[1..]}.example", quota: 10);
        var file = Ids.Of(await small.PostAsync("/files/?Type=file&Name=six", RestClient.Body("123456")));
        Expect.Status(200, await small.PutAsync("/files/" + file, RestClient.Body("1234567890")));

        foreach (var body in new[] { RestClient.Body("12345678901"), RestClient.ChunkedBody("12345678901"u8.ToArray()) })
        {
            var answer = await small.PutAsync("/files/" + file, body);
            Expect.Error(413, "Request Entity Too Large", "The file is too big and exceeds the disk quota", answer);
        }

        Assert.Equal("1234567890", (await small.GetAsync("/files/download/" + file)).Text);
    }

    [Fact]
    public async Task What_is_unknown_or_a_directory_is_404_and_so_is_what_lies_in_the_trash()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "old");

        Expect.NotFound("file does not exist", await Cozy.PutAsync("/files/unknown", RestClient.Body("new")));
        Expect.NotFound("file does not exist", await Cozy.PutAsync("/files/" + directory, RestClient.Body("new")));
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + file));
        Expect.NotFound("Parent directory is in the trash", await Cozy.PutAsync("/files/" + file, RestClient.Body("new")));
        Assert.Equal("old", (await Cozy.GetAsync("/files/download/" + file)).Text);
    }

    [Fact]
    public async Task A_content_that_breaks_off_leaves_the_old_one()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "old");

        var answer = await BrokenUpload.SendAsync(Fixture.Server.Address, Cozy, "PUT", "/files/" + file);

        Assert.DoesNotContain("HTTP/1.1 2", answer, StringComparison.Ordinal);
        Assert.Equal("old", (await Cozy.GetAsync("/files/download/" + file)).Text);
    }

    [Fact]
    public async Task A_token_without_PUT_stores_nothing()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "old");
        var other = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.files:GET,POST,PATCH,DELETE"));

        Expect.Status(403, await other.PutAsync("/files/" + file, RestClient.Body("new")));

        Assert.Equal("old", (await Cozy.GetAsync("/files/download/" + file)).Text);
    }

    private static string RevOf(Answer answer) => (string)Ids.Data(answer)["meta"]!["rev"]!;

    private static string Md5(string text) => Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Sends its first byte, and the rest once the gate is open.</summary>
    private sealed class GatedBody(string text) : HttpContent
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Gate { get; set; } = Task.CompletedTask;

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            await stream.WriteAsync(bytes.AsMemory(0, 1));
            await stream.FlushAsync();
            Begun.SetResult();
            await Gate;
            await stream.WriteAsync(bytes.AsMemory(1));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

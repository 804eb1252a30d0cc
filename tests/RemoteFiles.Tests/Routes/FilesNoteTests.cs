using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>What clients note on a document: tags, metadata, favorite, source, encrypted, dates of the request.</summary>
public sealed class FilesNoteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Notes = """
        {"tags":["red","blue"],"encrypted":true,"metadata":{"width":12,"deep":{"a":[1,null,"x"]},"on":true},"cozyMetadata":{"favorite":true}}
        """;

    [Fact]
    public async Task What_is_noted_on_a_file_is_shown_and_outlives_every_other_change()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");

        Noted(await PatchAsync(file, Notes));
        Noted(await PatchAsync(file, """{"name":"b.txt"}"""));
        Noted(await Cozy.PutAsync("/files/" + file, RestClient.Body("other")));
        Noted(await Cozy.DeleteAsync("/files/" + file));
        Noted(await Cozy.PostAsync("/files/trash/" + file));
        Noted(await Cozy.GetAsync("/files/" + file));

        static void Noted(Answer answer)
        {
            Expect.Status(200, answer);
            var attributes = Ids.Attributes(answer);
            Expect.Same("""["red","blue"]""", attributes["tags"]!.ToJsonString());
            Expect.Same("""{"width":12,"deep":{"a":[1,null,"x"]},"on":true}""", attributes["metadata"]!.ToJsonString());
            Assert.Equal((true, true), ((bool)attributes["encrypted"]!, (bool)attributes["cozyMetadata"]!["favorite"]!));
        }
    }

    [Fact]
    public async Task What_was_noted_is_taken_back()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");
        await PatchAsync(file, Notes);

        var attributes = Ids.Attributes(await PatchAsync(file, """{"tags":[],"encrypted":false,"metadata":{},"cozyMetadata":{"favorite":false}}"""));

        Assert.Null(attributes["tags"]);
        Assert.Null(attributes["cozyMetadata"]!["favorite"]);
        Assert.Equal("{}", attributes["metadata"]!.ToJsonString());
        Assert.False((bool)attributes["encrypted"]!);
    }

    [Fact]
    public async Task What_is_too_much_for_a_note_is_413_and_nothing_changes()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");

        var answer = await PatchAsync(file, $$"""{"name":"b.txt","metadata":{"x":"{{new string('x', 70_000)}}"} }""");

        Expect.Error(413, "Request Entity Too Large", "what is noted on a document is too large", answer);
        Assert.Equal("a.txt", (string)Ids.Attributes(await Cozy.GetAsync("/files/" + file))["name"]!);
    }

    [Fact]
    public async Task A_directory_has_tags_and_metadata_and_is_a_favorite()
    {
        var made = await Cozy.PostAsync($"/files/{await MakeDirectoryAsync()}?Type=directory&Name=sub&Tags=a,%20b,,&MetadataID=");
        Expect.Status(201, made);

        var attributes = Ids.Attributes(await PatchAsync(Ids.Of(made), """{"metadata":{"color":"red"},"encrypted":true,"cozyMetadata":{"favorite":true}}"""));

        Expect.Same("""["a","b"]""", attributes["tags"]!.ToJsonString());
        Assert.Equal(("red", true), ((string)attributes["metadata"]!["color"]!, (bool)attributes["cozyMetadata"]!["favorite"]!));
        Assert.Null(attributes["encrypted"]);
    }

    [Fact]
    public async Task An_upload_says_what_to_note_and_empty_parameters_say_nothing()
    {
        var dir = await MakeDirectoryAsync();
        const string query = "&Encrypted=true&Tags=one,two&SourceAccount=acc&SourceAccountIdentifier=me%40x&MetadataID=&Size=";

        var file = await UploadAsync(dir, "a.txt", "hello", query);
        var plain = Ids.Attributes(await Cozy.GetAsync("/files/" + await UploadAsync(dir, "b.txt", "hello", "&Encrypted=false&Tags=&SourceAccount=&SourceAccountIdentifier=")));

        Noted(await Cozy.GetAsync("/files/" + file));
        Noted(await Cozy.PutAsync($"/files/{file}?Tags=&SourceAccount=", RestClient.Body("other")));
        Assert.False((bool)Ids.Attributes(await Cozy.PutAsync($"/files/{file}?Encrypted=false", RestClient.Body("other")))["encrypted"]!);
        Assert.False((bool)plain["encrypted"]!);
        Assert.Equal((null, null), (plain["tags"], plain["cozyMetadata"]!["sourceAccount"]));

        static void Noted(Answer answer)
        {
            Expect.Status(200, answer);
            var attributes = Ids.Attributes(answer);
            Expect.Same("""["one","two"]""", attributes["tags"]!.ToJsonString());
            Assert.True((bool)attributes["encrypted"]!);
            Assert.Equal(("acc", "me@x"), ((string)attributes["cozyMetadata"]!["sourceAccount"]!, (string)attributes["cozyMetadata"]!["sourceAccountIdentifier"]!));
        }
    }

    [Theory]
    [InlineData("Tue, 01 Jan 2019 00:00:00 GMT", "", "2019-01-01T00:00:00Z")]
    [InlineData("Tue, 01 Jan 2019 00:00:00 GMT", "&CreatedAt=2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z")]
    public async Task The_Date_header_is_when_something_was_made_unless_CreatedAt_is_given(string date, string query, string created)
    {
        var dir = await MakeDirectoryAsync();

        var file = await Cozy.PostAsync($"/files/{dir}?Type=file&Name=a.txt{query}", RestClient.Body("x"), ("Date", date));
        var folder = await Cozy.PostAsync($"/files/{dir}?Type=directory&Name=sub{query}", null, ("Date", date));

        Assert.Equal((created, created), ((string)Ids.Attributes(file)["created_at"]!, (string)Ids.Attributes(file)["updated_at"]!));
        Assert.Equal((created, created), ((string)Ids.Attributes(folder)["created_at"]!, (string)Ids.Attributes(folder)["updated_at"]!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    public async Task A_Date_header_that_holds_none_is_none(string date) =>
        Expect.Status(201, await Cozy.PostAsync($"/files/{await MakeDirectoryAsync()}?Type=directory&Name=sub", null, ("Date", date)));

    [Theory]
    [InlineData("Type=file&Name=a.txt")]
    [InlineData("Type=directory&Name=a")]
    public async Task Metadata_that_nobody_has_prepared_is_422(string query)
    {
        var dir = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync($"/files/{dir}?{query}&MetadataID=unknown", RestClient.Body(""));

        Expect.Error(422, "Invalid Parameter", "Invalid or expired MetadataID", answer, "MetadataID");
        Assert.Empty(await DriveNamesAsync(dir));
    }

    [Fact]
    public async Task A_content_type_that_is_none_is_422()
    {
        var dir = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync($"/files/{dir}?Type=file&Name=a.txt", RestClient.Body("x", "no type"));

        Expect.Error(422, "Invalid Parameter", "Invalid Content-Type", answer, "mime");
        Assert.Empty(await DriveNamesAsync(dir));
    }

    private Task<Answer> PatchAsync(string id, string attributes) => Cozy.SendAsync(
        "PATCH", "/files/" + id, RestClient.JsonBody(new JsonObject { ["data"] = new JsonObject { ["attributes"] = JsonNode.Parse(attributes) } }.ToJsonString()));
}

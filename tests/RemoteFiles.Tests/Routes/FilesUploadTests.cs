using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>POST /files/:dir-id?Type=file</summary>
public sealed class FilesUploadTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task The_new_file_is_answered_whole()
    {
        var directory = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync(
            $"/files/{directory}?Type=file&Name=my%20note.txt&Executable=true&Encrypted=false&MetadataID=&Size=5&SourceAccount=&SourceAccountIdentifier="
                + "&CreatedAt=2019-01-01T00:00:00Z&UpdatedAt=2020-01-01T00:00:00.5Z",
            RestClient.Body("hello", "text/plain"),
            ("Content-MD5", Md5("hello")));

        Expect.Status(201, answer);
        var data = Ids.Data(answer);
        var (id, rev, stored) = ((string)data["id"]!, (string)data["meta"]!["rev"]!, (string)data["attributes"]!["cozyMetadata"]!["uploadedAt"]!);
        Expect.Json(201, Expect.JsonApi, $$"""
            {"data":{"type":"io.cozy.files","id":"{{id}}",
              "attributes":{"type":"file","name":"my note.txt","dir_id":"{{directory}}",
                "created_at":"2019-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00.5Z",
                "size":"5","md5sum":"{{Md5("hello")}}","mime":"text/plain","class":"text","executable":true,"trashed":false,"encrypted":false,
                "cozyMetadata":{"doctypeVersion":"1","metadataVersion":1,"createdAt":"2019-01-01T00:00:00Z","createdOn":"https://{{Cozy.Domain}}/",
                  "updatedAt":"{{stored}}","uploadedAt":"{{stored}}","uploadedOn":"https://{{Cozy.Domain}}/"} },
              "meta":{"rev":"{{rev}}"},"links":{"self":"/files/{{id}}"},
              "relationships":{
                "parent":{"links":{"related":"/files/{{directory}}"},"data":{"id":"{{directory}}","type":"io.cozy.files"} },
                "referenced_by":{"links":{"self":"/files/{{id}}/relationships/references"},"data":null} } } }
            """, answer);
        Expect.Json(200, Expect.JsonApi, answer.Text, await Cozy.GetAsync("/files/" + id));
        Expect.Json(200, Expect.JsonApi, answer.Text, await Cozy.GetAsync($"/files/metadata?Path={Folder}/my%20note.txt"));
    }

    [Fact]
    public async Task An_empty_file_writes_its_zeros()
    {
        var attributes = Ids.Attributes(await Cozy.GetAsync("/files/" + await UploadAsync(await MakeDirectoryAsync(), "empty", "")));

        Assert.Equal(("0", "1B2M2Y8AsgTpgAmY7PhCfg=="), ((string)attributes["size"]!, (string)attributes["md5sum"]!));
        Assert.Equal(("application/octet-stream", "files"), ((string)attributes["mime"]!, (string)attributes["class"]!));
    }

    [Theory]
    [InlineData("", "image/png", "image")]
    [InlineData("application/octet-stream", "image/png", "image")]
    [InlineData("text/plain; charset=utf-8", "text/plain", "text")]
    [InlineData("application/pdf", "application/pdf", "pdf")]
    public async Task The_type_is_the_one_sent_or_that_of_the_name(string sent, string mime, string kind)
    {
        var answer = await Cozy.PostAsync($"/files/{await MakeDirectoryAsync()}?Type=file&Name=picture.png", RestClient.Body("x", sent));

        Assert.Equal((mime, kind), ((string)Ids.Attributes(answer)["mime"]!, (string)Ids.Attributes(answer)["class"]!));
    }

    [Fact]
    public async Task A_body_without_a_length_is_stored_whole()
    {
        var bytes = new byte[1_000_003];
        new Random(7).NextBytes(bytes);

        var answer = await Cozy.PostAsync($"/files/{await MakeDirectoryAsync()}?Type=file&Name=chunked.bin", RestClient.ChunkedBody(bytes));

        Expect.Status(201, answer);
        Assert.Equal(bytes, (await Cozy.GetAsync("/files/download/" + Ids.Of(answer))).Body);
    }

    [Fact]
    public async Task A_wrong_checksum_is_412_and_nothing_is_stored()
    {
        var directory = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync($"/files/{directory}?Type=file&Name=a.txt", RestClient.Body("hello"), ("Content-MD5", Md5("other")));

        Expect.Error(412, "Precondition Failed", "Invalid hash", answer, "Content-MD5");
        Assert.Empty(await DriveNamesAsync(directory));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AAAA")]
    public async Task A_checksum_that_is_none_is_422(string md5) => Expect.Error(
        422,
        "Invalid Parameter",
        "Given Content-MD5 is invalid",
        await Cozy.PostAsync($"/files/{await MakeDirectoryAsync()}?Type=file&Name=a.txt", RestClient.Body("hello"), ("Content-MD5", md5)),
        "Content-MD5");

    [Fact]
    public async Task Another_size_than_was_said_is_412()
    {
        var directory = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync($"/files/{directory}?Type=file&Name=a.txt&Size=6", RestClient.ChunkedBody("hello"u8.ToArray()));

        Expect.Error(412, "Precondition Failed", "Content length does not match", answer, "Content-Length");
        Assert.Empty(await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task A_taken_name_is_409_and_the_old_content_stays()
    {
        var directory = await MakeDirectoryAsync();
        var old = await UploadAsync(directory, "a.txt", "old");
        Expect.Status(201, await Cozy.PostAsync($"/files/{directory}?Type=directory&Name=sub"));

        Expect.Conflict("file already exists", await Cozy.PostAsync($"/files/{directory}?Type=file&Name=a.txt", RestClient.Body("new")));
        Expect.Conflict("file already exists", await Cozy.PostAsync($"/files/{directory}?Type=file&Name=sub", RestClient.Body("new")));

        Assert.Equal("old", (await Cozy.GetAsync("/files/download/" + old)).Text);
        Assert.Equal(["sub", "a.txt"], await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task Of_two_uploads_of_one_name_at_once_one_wins_and_one_is_409()
    {
        var directory = await MakeDirectoryAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Cozy.PostAsync($"/files/{directory}?Type=file&Name=a.txt", RestClient.Body($"content {i}"))));

        Assert.Equal([201, 409, 409, 409, 409, 409, 409, 409], answers.Select(answer => answer.Status).Order());
        var winner = Array.FindIndex(answers, answer => answer.Status == 201);
        Assert.Equal($"content {winner}", (await Cozy.GetAsync("/files/download/" + Ids.Of(answers[winner]))).Text);
    }

    [Fact]
    public async Task An_unknown_parent_or_a_file_in_its_place_is_404()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "x");

        foreach (var parent in new[] { "unknown", file })
        {
            Expect.NotFound("Parent directory with given DirID does not exist", await Cozy.PostAsync($"/files/{parent}?Type=file&Name=b.txt", RestClient.Body("x")));
        }
    }

    [Fact]
    public async Task The_trash_is_no_place_to_upload_to() => Expect.NotFound(
        "Parent directory is in the trash", await Cozy.PostAsync("/files/io.cozy.files.trash-dir?Type=file&Name=b.txt", RestClient.Body("x")));

    [Theory]
    [InlineData("")]
    [InlineData("&Name=")]
    [InlineData("&Name=..")]
    [InlineData("&Name=a%2Fb")]
    [InlineData("&Name=a%00b")]
    [InlineData("&Name=a%0Ab")]
    public async Task A_name_that_is_none_is_422(string query)
    {
        var directory = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync($"/files/{directory}?Type=file{query}", RestClient.Body("x"));

        Expect.Error(422, "Invalid Parameter", "Invalid filename: empty or contains an illegal character", answer, "name");
        Assert.Empty(await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task A_time_that_is_none_is_422() => Expect.Error(
        422,
        "Invalid Parameter",
        "Invalid time given",
        await Cozy.PostAsync($"/files/{await MakeDirectoryAsync()}?Type=file&Name=a.txt&UpdatedAt=yesterday", RestClient.Body("x")),
        "UpdatedAt");

    [Fact]
    public async Task A_file_larger_than_what_is_free_is_413_whether_its_size_is_said_or_not()
    {
        var small = await Fixture.AddInstanceAsync($"{Folder[1..]}.example", quota: 10);
        Expect.Status(201, await small.PostAsync("/files/?Type=file&Name=six", RestClient.Body("123456")));

        foreach (var body in new[] { RestClient.Body("12345"), RestClient.ChunkedBody("12345"u8.ToArray()) })
        {
            Expect.Error(
                413, "Request Entity Too Large", "The file is too big and exceeds the disk quota", await small.PostAsync("/files/?Type=file&Name=five", body));
        }

        Expect.Status(201, await small.PostAsync("/files/?Type=file&Name=four", RestClient.Body("1234")));
        Assert.Equal(["four", "six"], Ids.NamesIn(await small.GetAsync("/files/io.cozy.files.root-dir/relationships/contents")));
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        var directory = await MakeDirectoryAsync();

        var answer = await BrokenUpload.SendAsync(Fixture.Server.Address, Cozy, "POST", $"/files/{directory}?Type=file&Name=broken.bin");

        Assert.DoesNotContain("HTTP/1.1 2", answer, StringComparison.Ordinal);
        Assert.Empty(await DriveNamesAsync(directory));
        var other = await Cozy.PostAsync($"/files/{directory}?Type=file&Name=broken.bin", RestClient.Body("whole"));
        Assert.Equal("5", (string)JsonNode.Parse(other.Text)!["data"]!["attributes"]!["size"]!);
    }

    private static string Md5(string text) => Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}

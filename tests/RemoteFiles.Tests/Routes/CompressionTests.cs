using System.IO.Compression;
using System.Text;

namespace RemoteFiles.Tests.Routes;

/// <summary>Documents are compressed for those who ask; the bytes of files never are, so that their length and ranges hold.</summary>
public sealed class CompressionTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_document_is_compressed_when_gzip_is_accepted()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");
        var plain = await Cozy.GetAsync(Target(""));

        var answer = await Cozy.GetAsync(Target(""), ("Accept-Encoding", "gzip, deflate"));

        Expect.Status(200, answer);
        Assert.Equal(("gzip", Expect.JsonApi), (answer.Header("Content-Encoding"), answer.ContentType));
        Assert.Contains("Accept-Encoding", answer.Header("Vary"), StringComparison.Ordinal);
        Assert.Null(plain.Header("Content-Encoding"));
        Assert.Contains("Accept-Encoding", plain.Header("Vary"), StringComparison.Ordinal);
        await using var unpacked = new GZipStream(new MemoryStream(answer.Body), CompressionMode.Decompress);
        using var text = new StreamReader(unpacked, Encoding.UTF8);
        Expect.Same(plain.Text, await text.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_bytes_of_a_file_are_not()
    {
        var json = "[" + new string(' ', 100_000) + "]";
        await Nextcloud.PutAsync(Folder + "/data.json", json);
        var file = await UploadAsync(await MakeDirectoryAsync(), "data.json", json);

        foreach (var target in new[] { Target("/data.json") + "?Dl=1", "/files/download/" + file })
        {
            var answer = await Cozy.GetAsync(target, ("Accept-Encoding", "gzip"));

            Expect.Status(200, answer);
            Assert.Null(answer.Header("Content-Encoding"));
            Assert.Equal("100002", answer.Header("Content-Length"));
            Assert.Equal(json, answer.Text);
        }
    }
}

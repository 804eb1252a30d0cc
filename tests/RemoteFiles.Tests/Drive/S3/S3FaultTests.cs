using System.Security.Cryptography;
using RemoteFiles.Tests.Files;
using RemoteFiles.Tests.Routes;
using Shared.Faults;
using StandIn;

namespace RemoteFiles.Tests.Drive.S3;

/// <summary>What the network, and a server that dies, do to contents in a bucket.</summary>
public sealed class S3FaultTests(SwiftServer server)
{
    private readonly byte[] bytes = RandomNumberGenerator.GetBytes((2 * BucketContents.PartSize) + 12_345);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "?uploads", 0)]
    [InlineData("PUT", "partNumber=2", 0)]
    [InlineData("POST", "?uploadId", 0)]
    [InlineData("PUT", "", 1)]
    public async Task A_lost_reply_is_asked_for_again(string method, string target, int skip)
    {
        await using var proxy = new FaultProxy(await StartedAsync());
        await using var test = await TestDrive.CreateAsync(contents: await BucketContents.CreateAsync(server, proxy.Url));
        var lost = proxy.Add(new("lost", line => line.StartsWith(method, StringComparison.Ordinal) && line.Contains(target, StringComparison.Ordinal), skip) { DropsReply = true });
        await PutAsync(test, "/small", bytes[..100_000]);

        await PutAsync(test, "/large", bytes);

        Assert.True(lost.Happened);
        Assert.Equal(SHA256.HashData(bytes), await HashAsync(test, "/large"));
        Assert.Equal(SHA256.HashData(bytes.AsSpan(0, 100_000)), await HashAsync(test, "/small"));
    }

    [Fact]
    public async Task A_download_goes_on_where_its_connection_breaks()
    {
        await using var proxy = new FaultProxy(await StartedAsync());
        await using var test = await TestDrive.CreateAsync(contents: await BucketContents.CreateAsync(server, proxy.Url));
        await PutAsync(test, "/large", bytes);
        var cuts = new[] { 0, 70_000, 3_000_000, 1 }.Select(after => proxy.Add(new("cut", line => line.StartsWith("GET", StringComparison.Ordinal), 0) { CutAfter = after })).ToList();

        Assert.Equal(SHA256.HashData(bytes), await HashAsync(test, "/large"));

        Assert.All(cuts, cut => Assert.True(cut.Happened));
    }

    [Fact]
    public async Task An_answer_to_another_range_than_was_asked_is_never_taken()
    {
        await using var proxy = new FaultProxy(await StartedAsync());
        await using var test = await TestDrive.CreateAsync(contents: await BucketContents.CreateAsync(server, proxy.Url));
        await PutAsync(test, "/a", bytes[..200_000]);
        var whole = proxy.Add(new("whole", line => line.StartsWith("GET", StringComparison.Ordinal), 0) { Instead = WireFault.Status(200, body: new('x', 100_000)) });

        var fault = await Assert.ThrowsAsync<FaultException>(() => test.Drive.OpenAsync(DriveTests.At("/a"), 150_000, Ct));

        Assert.Equal(Fault.Unavailable, fault.Fault);
        Assert.True(whole.Happened);
    }

    [Fact]
    public async Task A_server_that_dies_in_the_middle_fails_what_runs_and_is_used_again_when_it_is_back()
    {
        await using var mortal = new SwiftServer();
        var contents = await BucketContents.CreateAsync(mortal);
        await using var test = await TestDrive.CreateAsync(contents: contents);
        await PutAsync(test, "/a", bytes);
        await using var download = await test.Drive.OpenAsync(DriveTests.At("/a"), 0, Ct);
        Assert.True(await download.Body.ReadAsync(new byte[10], Ct) > 0);
        var body = new WaitingBody(bytes);
        var upload = test.Drive.WriteAsync(DriveTests.At("/b"), new() { Body = body }, Ct);
        await body.Reached.WaitAsync(Ct);

        await mortal.KillAsync();

        Assert.Equal(Fault.Unavailable, (await Assert.ThrowsAsync<FaultException>(() => download.Body.CopyToAsync(Stream.Null, Ct))).Fault);
        body.Release();
        var fault = await Assert.ThrowsAsync<FaultException>(() => upload);
        Assert.Equal(Fault.Unavailable, fault.Fault);
        Assert.NotNull(fault.RetryAfter);
        Assert.Null(await test.Drive.StatAsync(DriveTests.At("/b"), Ct));

        await mortal.StartAsync();
        Assert.Equal(SHA256.HashData(bytes), await HashAsync(test, "/a"));
        await PutAsync(test, "/b", bytes);
        Assert.Single(await contents.UnfinishedAsync());
        test.Clock.Shift += TimeSpan.FromMinutes(1);
        await test.Store.SweepAsync(TimeSpan.Zero, Ct);
        Assert.Empty(await contents.UnfinishedAsync());
        Assert.Equal(2, (await contents.ListAsync()).Length);
    }

    [Fact]
    public async Task While_the_server_is_away_a_client_is_told_to_come_again_and_names_are_still_there()
    {
        await using var mortal = new SwiftServer();
        await mortal.StartAsync();
        await using var service = await RestServer.StartAsync(mortal.Settings($"{Guid.NewGuid():N}/"));
        await service.AddInstanceAsync("alma.localhost");
        var cozy = service.Client("alma.localhost", await service.TokenAsync("alma.localhost", "io.cozy.files"));
        var stored = await cozy.PostAsync("/files/io.cozy.files.root-dir?Type=file&Name=a", RestClient.Body(bytes[..100_000]));
        Assert.Equal(201, stored.Status);

        await mortal.KillAsync();

        var read = await cozy.GetAsync("/files/download?Path=/a");
        Assert.Equal((503, "10"), (read.Status, read.Header("Retry-After")));
        var refused = await cozy.PostAsync("/files/io.cozy.files.root-dir?Type=file&Name=b", RestClient.Body(bytes[..100_000]));
        Assert.Equal((503, "10"), (refused.Status, refused.Header("Retry-After")));
        Assert.Equal(200, (await cozy.GetAsync("/files/metadata?Path=/a")).Status);
        Assert.Equal(404, (await cozy.GetAsync("/files/metadata?Path=/b")).Status);

        await mortal.StartAsync();
        Assert.Equal(200, (await cozy.GetAsync("/files/download?Path=/a")).Status);
    }

    private async Task<Uri> StartedAsync()
    {
        await server.StartAsync();
        return server.Endpoint;
    }

    private static Task PutAsync(TestDrive test, string path, byte[] content) =>
        test.Drive.WriteAsync(DriveTests.At(path), new() { Body = new MemoryStream(content), Length = content.Length }, Ct);

    private static async Task<byte[]> HashAsync(TestDrive test, string path)
    {
        await using var download = await test.Drive.OpenAsync(DriveTests.At(path), 0, Ct);
        return await SHA256.HashDataAsync(download.Body, Ct);
    }
}

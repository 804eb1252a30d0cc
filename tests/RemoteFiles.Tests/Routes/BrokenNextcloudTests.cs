using System.Net;
using System.Net.Sockets;
using StandIn;

namespace RemoteFiles.Tests.Routes;

/// <summary>What a Nextcloud that is down, in the way of a proxy, or broken does to the routes: 502 or 503, never a wrong answer that looks right.</summary>
public sealed class BrokenNextcloudTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    // A larger file goes on where it broke off: ResumeTests.
    private const int Small = 900_000;

    private const string Reason = "only the stand-in can be told to misbehave";

    public static TheoryData<string, string> Routes => new()
    {
        { "GET", "/{folder}" },
        { "GET", "/{folder}/file.txt?Dl=1" },
        { "HEAD", "/{folder}/file.txt?Dl=1" },
        { "PUT", "/{folder}/new" },
        { "PUT", "/{folder}/new?Type=file" },
        { "DELETE", "/{folder}/file.txt" },
        { "POST", "/move/{folder}/file.txt?To=/{folder}/new" },
        { "POST", "/copy/{folder}/file.txt" },
        { "POST", "/downstream/{folder}/file.txt?To=io.cozy.files.root-dir" },
        { "POST", "/restore/trash/file.txt.d1" },
        { "GET", "/trash/" },
        { "DELETE", "/trash/file.txt.d1" },
        { "DELETE", "/trash" },
        { "GET", "/size/{folder}" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_Nextcloud_that_is_down_is_502(string method, string path)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var account = await RouteFixture.AddAccountAsync(Cozy, $"http://127.0.0.1:{port}/", "me", "password");

        var answer = await SendAsync(method, path, account);

        IsBadGateway($"127.0.0.1:{port}", method, answer);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_host_that_does_not_exist_is_502(string method, string path)
    {
        var account = await RouteFixture.AddAccountAsync(Cozy, "http://nextcloud.invalid/", "me", "password");

        IsBadGateway("nextcloud.invalid", method, await SendAsync(method, path, account));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public Task A_redirect_is_502(string method, string path) =>
        EverythingAsync(method, path, Misbehave.Redirect("https://login.example/?from=here"), answer => IsBadGateway(Host, method, answer));

    [Theory]
    [MemberData(nameof(Routes))]
    public Task A_web_page_is_502(string method, string path) => EverythingAsync(method, path, Misbehave.Html(), answer => IsBadGateway(Host, method, answer));

    [Theory]
    [MemberData(nameof(Routes))]
    public Task A_proxy_that_reaches_nobody_is_502(string method, string path) =>
        EverythingAsync(method, path, Misbehave.Status(502, "Bad Gateway"), answer => IsBadGateway(Host, method, answer));

    [Theory]
    [MemberData(nameof(Routes))]
    public Task An_error_inside_the_Nextcloud_is_502(string method, string path) =>
        EverythingAsync(method, path, Misbehave.Exception(500, "Exception", "An exception occurred"), answer => IsBadGateway(Host, method, answer));

    [Theory]
    [MemberData(nameof(Routes))]
    public Task A_connection_that_breaks_is_502(string method, string path) =>
        EverythingAsync(method, path, Misbehave.HangUp(), answer => IsBadGateway(Host, method, answer));

    [Theory]
    [MemberData(nameof(Routes))]
    public Task An_upgrade_is_503_with_the_time_to_wait(string method, string path) => EverythingAsync(method, path, Misbehave.Maintenance(), answer =>
    {
        Expect.Status(503, answer);
        Assert.Equal("120", answer.Header("Retry-After"));
        if (method != "HEAD")
        {
            Expect.Error(503, "Service Unavailable", $"{Host} cannot answer now: System is in maintenance mode.", answer);
        }
    });

    [Theory]
    [MemberData(nameof(Routes))]
    public Task A_refusal_is_403_and_no_question_for_another_password(string method, string path) =>
        EverythingAsync(method, path, Misbehave.Exception(403, "Forbidden", "Permission denied"), answer =>
        {
            Expect.Status(403, answer);
            if (method != "HEAD")
            {
                Expect.Error(403, "Forbidden", $"{Host} does not allow this: Permission denied", answer);
            }
        });

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(700)]
    [InlineData(3000)]
    public async Task A_listing_that_breaks_off_is_502_and_never_a_short_list(int bytes)
    {
        var standIn = await WithFilesAsync(20);
        foreach (var cut in new[] { Misbehave.CutAfter(bytes), Misbehave.EndAfter(bytes) })
        {
            // A connection that breaks before the head of the answer was read is tried once more.
            using var fault = standIn.Always(request => request.Is("PROPFIND", Folder[1..]), cut);

            var answer = await Cozy.GetAsync(Target(""));

            Assert.InRange(fault.Times, 1, 2);
            Expect.BadGateway(Host, answer);
        }
    }

    [Fact]
    public async Task A_long_listing_that_breaks_off_is_cut_and_never_ends_well()
    {
        var standIn = await WithFilesAsync(600);
        foreach (var cut in new[] { Misbehave.CutAfter(150_000), Misbehave.EndAfter(150_000) })
        {
            using var fault = standIn.Always(request => request.Is("PROPFIND", Folder[1..]), cut);

            var status = 0;
            var error = await Record.ExceptionAsync(async () => status = (await Cozy.GetAsync(Target(""))).Status);

            Assert.InRange(fault.Times, 1, 2);
            Assert.True(error is HttpRequestException or IOException || status == 502, $"{status} {error}");
        }
    }

    [Fact]
    public async Task A_listing_of_somewhere_else_is_502()
    {
        var standIn = Nextcloud.StandIn(Reason);
        var other = standIn.Next(request => request.Is("PROPFIND", Folder[1..]), async (context, _) =>
        {
            var question = await PropFind.ReadAsync(context);
            await question.BeginAsync();
            await question.RespondAsync("/remote.php/dav/files/somebody/", PropFind.Properties(standIn.Tree.AddFolder("/elsewhere"), "elsewhere"));
            await question.EndAsync();
        });

        Expect.BadGateway(Host, await Cozy.GetAsync(Target("")));
        Assert.Equal(1, other.Times);
    }

    [Fact]
    public async Task A_download_that_breaks_off_is_cut_and_never_ends_well()
    {
        var standIn = Nextcloud.StandIn(Reason);
        await Nextcloud.PutAsync(Folder + "/large.bin", new byte[Small]);
        var seen = new TaskCompletionSource();
        var fault = standIn.Next(request => request.Is("GET", "large.bin"), Misbehave.CutAfter(500_000, seen.Task));

        using var answer = await Cozy.OpenAsync("GET", Target("/large.bin") + "?Dl=1");
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await body.ReadExactlyAsync(new byte[100_000], TestContext.Current.CancellationToken);
        seen.SetResult();
        var error = await Record.ExceptionAsync(() => body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));

        Assert.Equal((1, 200, (long)Small), (fault.Times, (int)answer.StatusCode, answer.Content.Headers.ContentLength));
        Assert.True(error is HttpRequestException or IOException, $"the download ended with {error}");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(50)]
    public async Task A_download_whose_length_is_not_the_listed_one_is_502(long length)
    {
        var standIn = Nextcloud.StandIn(Reason);
        await Nextcloud.PutAsync(Folder + "/file.txt", "hello world");
        var fault = standIn.Next(request => request.Is("GET", "file.txt"), Misbehave.ClaimLength(length));

        var answer = await Cozy.GetAsync(Target("/file.txt") + "?Dl=1");

        Assert.Equal(1, fault.Times);
        Expect.BadGateway(Host, answer);
    }

    [Fact]
    public async Task A_downstream_that_breaks_off_leaves_nothing_and_keeps_the_source()
    {
        var standIn = Nextcloud.StandIn(Reason);
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync(Folder + "/large.bin", new byte[Small]);
        foreach (var cut in new[] { Misbehave.CutAfter(500_000), Misbehave.EndAfter(500_000), Misbehave.EndAfter(0) })
        {
            var fault = standIn.Next(request => request.Is("GET", "large.bin"), cut);

            var answer = await Cozy.PostAsync(Target("/large.bin", "downstream") + "?To=" + directory);

            Assert.Equal(1, fault.Times);
            Expect.BadGateway(Host, answer);
        }

        Assert.Empty(await DriveNamesAsync(directory));
        Assert.Equal(["large.bin"], await Nextcloud.NamesAsync(Folder));
        Assert.DoesNotContain(standIn.Requests, request => request.Is("DELETE", "large.bin"));
    }

    [Fact]
    public async Task An_upstream_whose_Nextcloud_breaks_off_keeps_the_file_of_the_Cozy()
    {
        var standIn = Nextcloud.StandIn(Reason);
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "note.txt", "hello");
        var fault = standIn.Next(request => request.Is("PUT", "note.txt"), Misbehave.HangUp());

        var answer = await Cozy.PostAsync(Target("/note.txt", "upstream") + "?From=" + file);

        Assert.Equal(1, fault.Times);
        Expect.BadGateway(Host, answer);
        Assert.Equal(["note.txt"], await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task A_full_Nextcloud_is_413()
    {
        var standIn = Nextcloud.StandIn(Reason);
        var fault = standIn.Next(request => request.Is("PUT", "new"), Misbehave.Exception(507, "InsufficientStorage", "Insufficient space"));

        var answer = await Cozy.PutAsync(Target("/new") + "?Type=file", RestClient.Body("x"));

        Assert.Equal(1, fault.Times);
        Expect.Error(413, "Request Entity Too Large", $"{Host} has no space left: Insufficient space", answer);
    }

    [Fact]
    public async Task A_locked_file_is_423()
    {
        var standIn = Nextcloud.StandIn(Reason);
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");
        var fault = standIn.Next(request => request.Is("DELETE", "file.txt"), Misbehave.Exception(423, "FileLocked", "locked"));

        var answer = await Cozy.DeleteAsync(Target("/file.txt"));

        Assert.Equal(1, fault.Times);
        Expect.Error(423, "Locked", $"{Host} has locked it: locked", answer);
    }

    private string Host => Nextcloud.Url.Authority;

    private async Task<StandInNextcloud> WithFilesAsync(int count)
    {
        var standIn = Nextcloud.StandIn(Reason);
        for (var i = 0; i < count; i++)
        {
            standIn.Tree.AddFile($"{Folder}/file {i:D4}.txt", "x"u8);
        }

        // So that the next question is about the folder, not the user.
        Expect.Status(200, await Cozy.GetAsync(Target("")));
        return standIn;
    }

    /// <summary>Whatever the Nextcloud is asked about files it answers so, and the account is known already.</summary>
    private async Task EverythingAsync(string method, string path, Misbehaviour does, Action<Answer> check)
    {
        var standIn = Nextcloud.StandIn(Reason);
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");
        Expect.Status(200, await Cozy.GetAsync(Target("")));
        using (var fault = standIn.Always(_ => true, does))
        {
            check(await SendAsync(method, path, Fixture.Account));
            Assert.True(fault.Times > 0, "the Nextcloud was not asked");
        }

        Assert.Equal(["file.txt"], await Nextcloud.NamesAsync(Folder));
    }

    private Task<Answer> SendAsync(string method, string path, string account) => Cozy.SendAsync(
        method, $"/remote/nextcloud/{account}{path.Replace("{folder}", Folder[1..], StringComparison.Ordinal)}", method == "PUT" ? RestClient.Body("x") : null);

    private static void IsBadGateway(string host, string method, Answer answer)
    {
        if (method == "HEAD")
        {
            Expect.Status(502, answer);
            Assert.Empty(answer.Body);
        }
        else
        {
            Expect.BadGateway(host, answer);
        }
    }
}

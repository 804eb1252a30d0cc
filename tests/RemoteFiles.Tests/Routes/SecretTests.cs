using System.Text;
using System.Text.Json.Nodes;
using StandIn;
using Tests.Storage;

namespace RemoteFiles.Tests.Routes;

/// <summary>The password of a Nextcloud appears in no answer, no file and no log line, whatever goes wrong.</summary>
public sealed class SecretTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task The_password_is_in_no_answer_no_file_and_no_log()
    {
        const string wrong = "canary-of-a-wrong-password";
        var directory = await MakeDirectoryAsync();
        var answers = new List<Answer> { await Cozy.GetAsync("/data/io.cozy.accounts/" + Fixture.Account) };
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");
        foreach (var account in new[]
        {
            Fixture.Account,
            await RouteFixture.AddAccountAsync(Cozy, Nextcloud.Url.ToString(), Nextcloud.Login, wrong),
            await RouteFixture.AddAccountAsync(Cozy, "http://nextcloud.invalid/", Nextcloud.Login, wrong),
            await RouteFixture.AddAccountAsync(Cozy, $"http://{Nextcloud.Login}:{wrong}@nextcloud.invalid/", Nextcloud.Login, wrong),
            await RouteFixture.AddAccountAsync(Cozy, "no address at all", Nextcloud.Login, wrong),
        })
        {
            answers.Add(await Cozy.GetAsync($"/remote/nextcloud/{account}{Folder}"));
            answers.Add(await Cozy.GetAsync($"/remote/nextcloud/{account}{Folder}/file.txt?Dl=1"));
            answers.Add(await Cozy.GetAsync($"/remote/nextcloud/{account}{Folder}/missing.txt?Dl=1"));
            answers.Add(await Cozy.PostAsync($"/remote/nextcloud/{account}/downstream{Folder}/file.txt?To={directory}&Copy=true"));
            answers.Add(await Cozy.DeleteAsync($"/remote/nextcloud/{account}{Folder}/missing.txt"));
        }

        // The address that holds a password of its own is what the user typed there, and comes back as a document only.
        foreach (var secret in new[] { Nextcloud.Password, wrong, Basic(Nextcloud.Password), Basic(wrong) })
        {
            Assert.All(answers, answer => Assert.DoesNotContain(secret, answer.Text + string.Join('\n', answer.Headers), StringComparison.Ordinal));
            Assert.DoesNotContain(Fixture.Server.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
        }

        foreach (var secret in new[] { Nextcloud.Password, Basic(Nextcloud.Password) })
        {
            Assert.Empty(FilesWith(secret));
        }

        Assert.NotEmpty(Fixture.Server.Log.Lines);
        Assert.True(TestEngine.IsPostgres || FilesWith("credentials_encrypted").Any());
    }

    [Fact]
    public async Task A_Nextcloud_that_breaks_tells_the_log_nothing_secret()
    {
        var standIn = Nextcloud.StandIn("only the stand-in can be told to misbehave");
        foreach (var fault in new[] { Misbehave.HangUp(), Misbehave.Html(), Misbehave.Status(500), Misbehave.Redirect("https://elsewhere.example/"), Misbehave.CutAfter(50) })
        {
            using var scripted = standIn.Always(_ => true, fault);
            var answer = await Cozy.GetAsync(Target(""));
            Assert.True(scripted.Times > 0, "the Nextcloud was not asked");
            Expect.Status(502, answer);
            Assert.DoesNotContain(Nextcloud.Password, answer.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Fixture.Server.Log.Lines, line => line.Contains(Nextcloud.Password, StringComparison.Ordinal) || line.Contains(Basic(Nextcloud.Password), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_redirect_never_takes_the_password_along()
    {
        var standIn = Nextcloud.StandIn("only the stand-in can be told to redirect");
        await using var thief = await StandInNextcloud.StartAsync();
        foreach (var path in new[] { Target(""), Target("/x") + "?Dl=1" })
        {
            using var redirect = standIn.Always(_ => true, Misbehave.Redirect(thief.Url + "remote.php/dav/files/standin/"));
            Expect.Status(502, await Cozy.GetAsync(path));
            Assert.True(redirect.Times > 0, "the Nextcloud was not asked");
        }

        Assert.Empty(thief.Requests);
    }

    [Fact]
    public async Task A_password_goes_to_no_other_address_than_the_one_it_was_stored_for()
    {
        await using var thief = await StandInNextcloud.StartAsync();
        var hidden = (string)JsonNode.Parse((await Cozy.GetAsync("/data/io.cozy.accounts/" + Fixture.Account)).Text)!["auth"]!["credentials_encrypted"]!;
        var auth = new JsonObject { ["url"] = thief.Url.ToString(), ["login"] = Nextcloud.Login, ["credentials_encrypted"] = hidden };
        var made = await Cozy.PostAsync("/data/io.cozy.accounts/", RestClient.JsonBody(new JsonObject { ["account_type"] = "nextcloud", ["auth"] = auth }.ToJsonString()));

        var answer = await Cozy.GetAsync($"/remote/nextcloud/{(string)JsonNode.Parse(made.Text)!["id"]!}/");

        Expect.BadRequest("invalid NextCloud account", answer);
        Assert.Empty(thief.Requests);
    }

    [Fact]
    public async Task A_token_is_in_no_log()
    {
        Expect.Status(200, await Cozy.GetAsync(Target("") + "?bearer_token=" + Cozy.Token));
        Expect.Status(404, await Cozy.GetAsync(Target("/missing")));
        Expect.Status(200, await Cozy.With(null).GetAsync(Target("") + "?bearer_token=" + Cozy.Token));

        Assert.DoesNotContain(Fixture.Server.Log.Lines, line => line.Contains(Cozy.Token!, StringComparison.Ordinal));
    }

    private string Basic(string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Nextcloud.Login}:{password}"));

    private IEnumerable<string> FilesWith(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var file in Fixture.Server.Files)
        {
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            if (copy.ToArray().AsSpan().IndexOf(bytes) >= 0)
            {
                yield return file.Name;
            }
        }
    }
}

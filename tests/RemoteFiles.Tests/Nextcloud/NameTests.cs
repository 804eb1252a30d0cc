using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A name is encoded once, and what is on the wire is what was meant.</summary>
public sealed class NameTests
{
    public static TheoryData<string, string> Names => new()
    {
        { "100% & +#.txt", "100%25%20%26%20%2B%23.txt" },
        { "a%20b.txt", "a%2520b.txt" },
        { "日本語.md", "%E6%97%A5%E6%9C%AC%E8%AA%9E.md" },
        { "e\u0301", "e%CC%81" },
        { "\u00e9", "%C3%A9" },
        { "a;b=c,d@e:f!$'()*~.txt", "a%3Bb%3Dc%2Cd%40e%3Af%21%24%27%28%29%2A~.txt" },
        { " two  spaces ", "%20two%20%20spaces%20" },
        { "😀.png", "%F0%9F%98%80.png" },
        { "what?.txt", "what%3F.txt" },
        { "back\\slash", "back%5Cslash" },
        { "...", "..." },
        { "%2e%2e", "%252e%252e" },
        { "<\"[{|}]\">^`", "%3C%22%5B%7B%7C%7D%5D%22%3E%5E%60" },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_name_is_asked_for_as_it_is(string name, string raw)
    {
        await using var nextcloud = new RemoteNextcloud();
        var path = FilePath.Parse("/Work").Child(name);
        nextcloud.Server.Then(Listing.Of(Listing.File($"/remote.php/dav/files/carol/Work/{raw}", 1)))
            .Then("32-move").Then("36-delete").Then(Listing.Of(Listing.Folder($"/remote.php/dav/files/carol/Work/{raw.ToLowerInvariant()}/")));

        var entry = await nextcloud.Tree.StatAsync(path, Ct);
        await nextcloud.Tree.MoveAsync(path, path.Parent.Child(name + "2"), Ct);
        await nextcloud.Tree.DeleteAsync(path, null, Ct);
        await Record.ExceptionAsync(() => nextcloud.Tree.ListAsync(path, Ct).ReadAllAsync());

        Assert.Equal(path, entry!.Path);
        var target = $"/remote.php/dav/files/carol/Work/{raw}";
        Assert.Equal([target, target, target, target + "/"], nextcloud.Server.Requests.Select(request => request.Target));
        Assert.Equal($"http://{nextcloud.Server.Host}{target}2", nextcloud.Server.Requests.ElementAt(1).Headers["Destination"]);
        await nextcloud.Server.PlayedAsync();
    }

    [Theory]
    [InlineData("/", "carol", "/remote.php/dav/files/carol/a")]
    [InlineData("/nextcloud/", "carol", "/nextcloud/remote.php/dav/files/carol/a")]
    [InlineData("/my%20cloud", "carol", "/my%20cloud/remote.php/dav/files/carol/a")]
    [InlineData("/", "Alma Källström@example.org", "/remote.php/dav/files/Alma%20K%C3%A4llstr%C3%B6m%40example.org/a")]
    [InlineData("/", "50%", "/remote.php/dav/files/50%25/a")]
    public async Task The_address_of_the_account_and_the_id_of_its_user_come_before_the_path(string path, string userId, string target)
    {
        await using var nextcloud = new RemoteNextcloud(path: path, userId: userId);
        nextcloud.Server.Then(Listing.Of(Listing.File(target, 1)));

        Assert.Equal(FilePath.Parse("/a"), (await nextcloud.Tree.StatAsync(FilePath.Parse("/a"), Ct))!.Path);

        Assert.Equal(target, nextcloud.Request.Target);
        Assert.Equal($"http://{nextcloud.Server.Host}{path.TrimEnd('/')}", nextcloud.Remote.WebUrl);
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_not_sent_as_another()
    {
        await using var nextcloud = new RemoteNextcloud();

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.StatAsync(FilePath.Root.Child("half\ud83d"), Ct));

        Assert.Equal(Fault.Malformed, thrown.Fault);
    }
}

using Migration.Migrations;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>How the words of a request are read (cozy-api 4.1).</summary>
public sealed class OrderTests
{
    [Theory]
    [InlineData("", "/")]
    [InlineData("  ", "/")]
    [InlineData("/", "/")]
    [InlineData("Photos", "/Photos")]
    [InlineData("//a//b/", "/a/b")]
    [InlineData("/a/./b/../c", "/a/c")]
    [InlineData("../../etc", "/etc")]
    [InlineData(" /50%/a%20b ", "/50%/a%20b")]
    public void A_source_path_becomes_clean_and_absolute(string text, string path) =>
        Assert.Equal(path, Read(source: text).Source.ToString());

    [Theory]
    [InlineData("", "/Nextcloud")]
    [InlineData(" ", "/Nextcloud")]
    [InlineData("/Nextcloud imported files", "/Nextcloud imported files")]
    [InlineData(" /a/b// ", "/a/b")]
    public void A_target_is_taken_without_its_trailing_slashes(string text, string path) =>
        Assert.Equal(path, Read(target: text).Target.ToString());

    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("Nextcloud")]
    [InlineData("/a//b")]
    [InlineData("/a/./b")]
    [InlineData("/a/..")]
    [InlineData("/a\0b")]
    public void Any_other_target_is_refused(string text) =>
        Assert.Equal("target_dir must be a clean absolute path", Refused(() => Read(target: text)));

    [Fact]
    public void What_is_required_is_named()
    {
        Assert.Equal("nextcloud_url is required", Refused(() => Read(url: " ")));
        Assert.Equal("nextcloud_login is required", Refused(() => Read(login: "")));
        Assert.Equal("nextcloud_app_password is required", Refused(() => Read(password: "\t")));
    }

    [Fact]
    public void Credentials_are_trimmed_and_the_address_ends_with_a_slash()
    {
        var order = Read(url: " https://nc.example/cloud ", login: " alma ", password: " secret ");

        Assert.Equal(("https://nc.example/cloud/", "alma", "secret"), (order.Login!.Url, order.Login.Login, order.Login.Password));
        Assert.DoesNotContain("secret", order.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_keep_their_places_below_the_target()
    {
        var (source, target) = (CleanPath.Normalise("/a"), CleanPath.Normalise("/x/y"));

        Assert.Equal("/x/y", source.Rebase(source, target).ToString());
        Assert.Equal("/x/y/b/c", CleanPath.Normalise("/a/b/c").Rebase(source, target).ToString());
        Assert.Equal("/x/y/a/b", CleanPath.Normalise("/a/b").Rebase(CleanPath.Root, target).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    public void A_name_that_would_lead_elsewhere_is_no_child(string name) =>
        Assert.Throws<FaultException>(() => CleanPath.Root.Child(name));

    private static TriggerOrder Read(
        string url = "https://nc.example", string login = "alma", string password = "secret", string source = "", string target = "") =>
        TriggerOrder.Read(url, login, password, source, target);

    private static string Refused(Action action)
    {
        var refused = Assert.Throws<FaultException>(action);
        Assert.Equal(Fault.Malformed, refused.Fault);
        return refused.Message;
    }
}

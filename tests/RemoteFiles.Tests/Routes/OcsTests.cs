using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace RemoteFiles.Tests.Routes;

/// <summary>The envelope of OCS in both versions, and what apps decide by.</summary>
public sealed class OcsTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Theory]
    [InlineData("/status.php")]
    [InlineData("/status.php?x=1")]
    public async Task Status_is_told_to_anybody(string target)
    {
        var answer = await Anyone.SendAsync("GET", target);

        Expect.Status(200, answer);
        Assert.Equal(("application/json", "*"), (answer.ContentType, answer.Header("Access-Control-Allow-Origin")));
        Assert.Equal((true, "32.0.1.2"), ((bool)JsonNode.Parse(answer.Text)!["installed"]!, (string)JsonNode.Parse(answer.Text)!["version"]!));
    }

    [Theory]
    [InlineData("/204", 204)]
    [InlineData("/index.php/204", 204)]
    [InlineData("/.well-known/webfinger", 404)]
    [InlineData("/.well-known/nodeinfo", 404)]
    [InlineData("/index.php/avatar/cozy/128", 404)]
    [InlineData("/index.php/core/preview?fileId=1&x=64&y=64", 404)]
    [InlineData("/index.php/core/preview.png?file=%2Fa.png&x=64&y=64", 404)]
    [InlineData("/index.php/apps/files/api/v1/thumbnail/64/64/a/b.png", 404)]
    public async Task Probes_and_pictures_have_their_plain_answers(string target, int status)
    {
        var answer = await Anyone.SendAsync("GET", target);

        Expect.Status(status, answer);
        Assert.Equal(status == 404 ? "[]" : "", answer.Text);
    }

    [Theory]
    [InlineData("GET", "/.well-known/caldav", 301, "/remote.php/dav/")]
    [InlineData("OPTIONS", "/.well-known/carddav", 301, "/remote.php/dav/")]
    [InlineData("PROPFIND", "/.well-known/caldav", 301, "/remote.php/dav/")]
    [InlineData("GET", "/index.php/f/205", 302, "/")]
    [InlineData("GET", "/apps/files/?dir=/x&fileid=1", 302, "/")]
    [InlineData("GET", "/index.php/login", 302, "/")]
    public async Task Other_addresses_send_on_below_the_address_that_the_proxy_in_front_has(string method, string target, int status, string to)
    {
        var plain = await Anyone.SendAsync(method, target);
        var proxied = await Anyone.SendAsync(method, target, null, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/cloud"));

        Assert.Equal((status, $"http://{RouteFixture.Domain}{to}"), (plain.Status, plain.Header("Location")));
        Assert.Equal((status, $"https://{RouteFixture.Domain}/cloud{to}"), (proxied.Status, proxied.Header("Location")));
    }

    [Theory]
    [InlineData("v1.php", 100)]
    [InlineData("v2.php", 200)]
    public async Task The_envelope_is_XML_unless_JSON_is_asked_for(string version, int code)
    {
        var app = await NextcloudApp.ConnectAsync(Fixture);
        var target = $"/ocs/{version}/cloud/user";
        await app.OcsAsync(target);

        var xml = await app.OcsAsync(target);
        var query = await app.OcsAsync(target + "?format=json");
        var accept = await app.OcsAsync(target, headers: ("Accept", "application/json"));
        var both = await app.OcsAsync(target + "?format=xml", headers: ("Accept", "application/json"));

        Assert.Equal("application/xml; charset=utf-8", xml.ContentType);
        var root = XDocument.Parse(xml.Text).Root!;
        Assert.Equal(($"{code}", "ok", "OK", "cozy", "1"), (Meta(root, "statuscode"), Meta(root, "status"), Meta(root, "message"), root.Element("data")!.Element("id")!.Value, root.Element("data")!.Element("enabled")!.Value));
        Assert.Equal(version == "v1.php", root.Element("meta")!.Element("totalitems") is not null);
        Assert.Equal("application/json; charset=utf-8", query.ContentType);
        Assert.Equal(code, (int)JsonNode.Parse(query.Text)!["ocs"]!["meta"]!["statuscode"]!);
        Assert.Equal((query.Text, xml.Text), (accept.Text, both.Text));
        Assert.Equal("cozy", query.Header("X-User-Id"));
    }

    [Theory]
    [InlineData("/ocs/v1.php/no/such", 200, 998)]
    [InlineData("/ocs/v2.php/no/such", 404, 998)]
    [InlineData("/ocs/v2.php/apps/terms_of_service/terms", 404, 998)]
    [InlineData("/ocs/v1.php/cloud/users/somebody", 200, 404)]
    [InlineData("/ocs/v2.php/cloud/users/somebody", 404, 404)]
    [InlineData("/ocs/v2.php/apps/user_status/api/v1/user_status", 404, 404)]
    public async Task What_is_not_there_is_told_as_each_version_tells_it(string target, int status, int code)
    {
        var answer = await (await NextcloudApp.ConnectAsync(Fixture)).OcsAsync(target + "?format=json");

        Expect.Status(status, answer);
        var meta = JsonNode.Parse(answer.Text)!["ocs"]!["meta"]!;
        Assert.Equal(("failure", code), ((string)meta["status"]!, (int)meta["statuscode"]!));
    }

    [Theory]
    [InlineData("/ocs/v1.php/cloud/user")]
    [InlineData("/ocs/v2.php/cloud/user")]
    [InlineData("/ocs/v2.php/apps/notifications/api/v2/notifications")]
    public async Task Who_is_not_logged_in_is_401_and_challenged_only_after_a_try(string target)
    {
        var nobody = await Anyone.OcsAsync(target + "?format=json");
        var wrong = await Anyone.With(NextcloudApp.Basic("cozy", "wrong")).OcsAsync(target);
        var other = await Anyone.With(NextcloudApp.Basic("somebody", await NextcloudApp.AddPasswordAsync(Fixture, RouteFixture.Domain))).OcsAsync(target);

        Assert.Equal((401, null, 997), (nobody.Status, nobody.Header("WWW-Authenticate"), (int)JsonNode.Parse(nobody.Text)!["ocs"]!["meta"]!["statuscode"]!));
        Assert.Equal((401, "Basic realm=\"Authorisation Required\"", "997"), (wrong.Status, wrong.Header("WWW-Authenticate"), Meta(XDocument.Parse(wrong.Text).Root!, "statuscode")));
        Expect.Status(401, other);
    }

    [Fact]
    public async Task An_app_password_is_good_as_Bearer_and_with_the_login_in_any_case()
    {
        var password = await NextcloudApp.AddPasswordAsync(Fixture, RouteFixture.Domain);

        foreach (var login in new[] { "Bearer " + password, NextcloudApp.Basic("COZY", password), NextcloudApp.Basic("cozy", password) })
        {
            Expect.Status(200, await Anyone.With(login).OcsAsync("/ocs/v2.php/cloud/user"));
            Expect.Status(207, await Anyone.With(login).SendAsync("PROPFIND", "/remote.php/dav/files/cozy/", null, ("Depth", "0")));
        }
    }

    [Theory]
    [InlineData("/ocs/v2.php/cloud/user")]
    [InlineData("/ocs/v2.php/cloud/capabilities")]
    public async Task Without_the_header_of_a_program_nothing_is_told(string target)
    {
        var answer = await (await NextcloudApp.ConnectAsync(Fixture)).SendAsync("GET", target);

        Assert.Equal((412, """{"message":"CSRF check failed"}"""), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_method_that_a_route_has_not_is_405_and_empty()
    {
        var answer = await (await NextcloudApp.ConnectAsync(Fixture)).OcsAsync("/ocs/v2.php/cloud/user", "DELETE");

        Assert.Equal((405, ""), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Capabilities_are_few_before_the_login_and_whole_after_it()
    {
        var app = await NextcloudApp.ConnectAsync(Fixture);

        var before = await Anyone.DataAsync("/ocs/v2.php/cloud/capabilities", 200);
        var after = await app.DataAsync("/ocs/v1.php/cloud/capabilities", 100);
        var bad = await Anyone.With(NextcloudApp.Basic("cozy", "wrong")).OcsAsync("/ocs/v2.php/cloud/capabilities");

        Assert.Equal(["bruteforce", "theming"], before["capabilities"]!.AsObject().Select(block => block.Key));
        Assert.Equal(["bruteforce", "theming", "core", "dav", "files", "checksums", "files_sharing"], after["capabilities"]!.AsObject().Select(block => block.Key));
        Assert.Equal(32, (int)after["version"]!["major"]!);
        Expect.Status(401, bad);
    }

    // Android reads members with accessors that throw, iOS decodes one strict structure: a wrong type takes all capabilities away.
    [Theory]
    [InlineData("dav.chunking", "\"1.0\"")]
    [InlineData("dav.bulkupload", "\"1.0\"")]
    [InlineData("files.bigfilechunking", "true")]
    [InlineData("files.undelete", "true")]
    [InlineData("files.versioning", "true")]
    [InlineData("files.chunked_upload.max_size", "104857600")]
    [InlineData("files.forbidden_filename_characters", """["\\","/"]""")]
    [InlineData("core.pollinterval", "60")]
    [InlineData("core.webdav-root", "\"remote.php/webdav\"")]
    [InlineData("files_sharing.api_enabled", "false")]
    [InlineData("files_sharing.resharing", "false")]
    [InlineData("files_sharing.public.enabled", "false")]
    [InlineData("checksums.preferredUploadType", "\"SHA1\"")]
    [InlineData("theming.background-plain", "true")]
    [InlineData("theming.background-default", "false")]
    [InlineData("bruteforce.delay", "0")]
    public async Task Each_capability_has_the_type_that_apps_read(string path, string expected)
    {
        JsonNode? node = (await (await NextcloudApp.ConnectAsync(Fixture)).DataAsync("/ocs/v2.php/cloud/capabilities", 200))["capabilities"];
        foreach (var name in path.Split('.'))
        {
            node = node?[name];
        }

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), node), $"{path} is {node?.ToJsonString()}");
    }

    // nextcloud/desktop#5871: it gives up its own request at an empty file, and tries again for ever.
    [Theory]
    [InlineData("Mozilla/5.0 (Linux) mirall/3.7.3git (nextcloudcmd, debian)", false)]
    [InlineData("Mozilla/5.0 (Windows) mirall/3.9.4 (Nextcloud, windows)", false)]
    [InlineData("Mozilla/5.0 (Linux) mirall/2.11.0.8354 (ownCloud)", false)]
    [InlineData("Mozilla/5.0 (Linux) mirall/3.10.0 (Nextcloud, ubuntu)", true)]
    [InlineData("Mozilla/5.0 (Linux) mirall/3.16.7git (Nextcloud, debian)", true)]
    [InlineData("Mozilla/5.0 (Linux) mirall/33.0.0 (Nextcloud, debian)", true)]
    public async Task Bulk_upload_is_not_offered_to_desktops_that_break_it_off_at_an_empty_file(string userAgent, bool isOffered)
    {
        var answer = await (await NextcloudApp.ConnectAsync(Fixture)).OcsAsync("/ocs/v1.php/cloud/capabilities?format=json", headers: ("User-Agent", userAgent));

        Assert.Equal(isOffered, JsonNode.Parse(answer.Text)!["ocs"]!["data"]!["capabilities"]!["dav"]!["bulkupload"] is not null);
        Assert.Contains("User-Agent", answer.Header("Vary"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_have_an_ETag_and_what_has_not_changed_is_304()
    {
        var app = await NextcloudApp.ConnectAsync(Fixture);
        var first = await app.OcsAsync("/ocs/v2.php/cloud/capabilities?format=json");

        var again = await app.OcsAsync("/ocs/v2.php/cloud/capabilities?format=json", headers: ("If-None-Match", first.Header("ETag")!));
        var other = await app.OcsAsync("/ocs/v2.php/cloud/capabilities?format=json", headers: ("If-None-Match", "\"other\""));

        Assert.Equal((304, ""), (again.Status, again.Text));
        Assert.Equal((200, first.Header("ETag")), (other.Status, other.Header("ETag")));
    }

    [Fact]
    public async Task The_user_has_every_member_that_apps_read_and_the_quota_in_bytes()
    {
        var domain = $"quota-{Folder[1..]}.example";
        var cozy = await Fixture.AddInstanceAsync(domain, "fr", quota: 1000);
        var login = NextcloudApp.Basic(domain.Split('.')[0], await NextcloudApp.AddPasswordAsync(Fixture, domain));

        var limited = await new NextcloudApp(cozy, login).DataAsync("/ocs/v2.php/cloud/user", 200);
        var unlimited = await (await NextcloudApp.ConnectAsync(Fixture)).DataAsync("/ocs/v2.php/cloud/users/cozy", 200);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"free":1000,"used":0,"total":1000,"relative":0,"quota":1000}"""), limited["quota"]), limited.ToJsonString());
        Assert.Equal((-3, -3, "fr"), ((int)unlimited["quota"]!["free"]!, (int)unlimited["quota"]!["quota"]!, (string)limited["language"]!));
        foreach (var member in new[] { "id", "displayname", "display-name", "email", "groups", "phone", "address", "website", "twitter", "backend", "lastLogin", "subadmin", "backendCapabilities" })
        {
            Assert.True(unlimited.AsObject().ContainsKey(member), member);
        }
    }

    [Theory]
    [InlineData("core/navigation/apps?absolute=true", "[]")]
    [InlineData("apps/notifications/api/v2/notifications", "[]")]
    [InlineData("apps/user_status/api/v1/predefined_statuses", "[]")]
    [InlineData("apps/activity/api/v2/activity/all", "[]")]
    [InlineData("apps/files_sharing/api/v1/shares?path=%2Fa.txt&reshares=true", "[]")]
    [InlineData("apps/files/api/v1/directEditing", """{"editors":{},"creators":{}}""")]
    [InlineData("apps/recommendations/api/v1/recommendations", """{"enabled":false,"recommendations":[]}""")]
    public async Task What_is_not_offered_is_an_empty_answer_that_apps_can_read(string path, string expected)
    {
        var data = await (await NextcloudApp.ConnectAsync(Fixture)).DataAsync("/ocs/v2.php/" + path, 200);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), data), data.ToJsonString());
    }

    private NextcloudApp Anyone => new(Cozy, null);

    private static string Meta(XElement root, string name) => root.Element("meta")!.Element(name)!.Value;
}

using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>GET and DELETE /settings/clients.</summary>
public sealed class ConnectedAppsTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Clients = "/settings/clients";

    [Fact]
    public async Task Apps_are_listed_and_revoked_one_by_one_by_who_may()
    {
        var owner = Cozy.With(await Fixture.Server.TokenAsync(RouteFixture.Domain, "io.cozy.oauth.clients:GET,DELETE"));
        var reader = Cozy.With(await Fixture.Server.TokenAsync(RouteFixture.Domain, "io.cozy.oauth.clients:GET"));
        var password = await NextcloudApp.AddPasswordAsync(Fixture, RouteFixture.Domain, "Phone <b>");
        var app = new NextcloudApp(Cozy, NextcloudApp.Basic(NextcloudApp.User, password));
        Expect.Status(200, await app.OcsAsync("/ocs/v2.php/cloud/user"));

        var listed = await reader.GetAsync(Clients);
        var client = Assert.Single(JsonNode.Parse(listed.Text)!["data"]!.AsArray())!;
        var id = (string)client["id"]!;

        Assert.Equal(("io.cozy.oauth.clients", "Phone <b>"), ((string)client["type"]!, (string)client["attributes"]!["client_name"]!));
        Assert.NotNull(client["attributes"]!["last_refreshed_at"]);
        Assert.DoesNotContain(password, listed.Text, StringComparison.Ordinal);
        Expect.Status(403, await Cozy.GetAsync(Clients));
        Expect.Status(403, await reader.DeleteAsync($"{Clients}/{id}"));
        Expect.Status(204, await owner.DeleteAsync($"{Clients}/{id}"));
        Expect.Status(404, await owner.DeleteAsync($"{Clients}/{id}"));
        Expect.Status(401, await app.OcsAsync("/ocs/v2.php/cloud/user"));
        Expect.Json(200, "application/vnd.api+json", """{"data":[]}""", await reader.GetAsync(Clients));
    }
}

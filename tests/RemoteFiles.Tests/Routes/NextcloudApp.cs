using System.Text;
using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>Asks as a Nextcloud app does: with the header of OCS, JSON where it is asked for, and a login or none.</summary>
internal sealed class NextcloudApp(RestClient client, string? login)
{
    public const string User = "cozy";

    public static string Basic(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    public NextcloudApp With(string? otherLogin) => new(client, otherLogin);

    public Task<Answer> OcsAsync(string target, string method = "GET", HttpContent? content = null, params (string Name, string Value)[] headers) =>
        SendAsync(method, target, content, [("OCS-APIRequest", "true"), .. headers]);

    public Task<Answer> SendAsync(string method, string target, HttpContent? content = null, params (string Name, string Value)[] headers) =>
        client.With(null).SendAsync(method, target, content, login is null ? headers : [.. headers, ("Authorization", login)]);

    /// <summary>The data of an answer in JSON, which must have this status inside.</summary>
    public async Task<JsonNode> DataAsync(string target, int statusCode)
    {
        var answer = await OcsAsync(target + (target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "format=json");
        var ocs = JsonNode.Parse(answer.Text)!["ocs"]!;
        Assert.True(statusCode == (int)ocs["meta"]!["statuscode"]!, answer.ToString());
        return ocs["data"]!;
    }

    public static async Task<string> AddPasswordAsync(RouteFixture fixture, string domain, string name = "a test")
    {
        var answer = await fixture.Server.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", domain), ("Name", name));
        Expect.Status(200, answer);
        return answer.Text.Trim();
    }

    /// <summary>An app of the fixture's instance, with an app password of its own.</summary>
    public static async Task<NextcloudApp> ConnectAsync(RouteFixture fixture) =>
        new(fixture.Cozy, Basic(User, await AddPasswordAsync(fixture, RouteFixture.Domain)));
}

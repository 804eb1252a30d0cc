using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>A test of /data: with a document type of its own, and a client that may do everything with it.</summary>
public abstract class DataTest(RouteFixture fixture) : RouteTest(fixture)
{
    /// <summary>No other test has it.</summary>
    internal string Doctype { get; } = "io.cozy.todos_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    internal string Data => $"/data/{Doctype}/";

    internal Task<RestClient> ClientAsync() => ClientAsync(Doctype);

    internal async Task<RestClient> ClientAsync(string scope) => Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, scope));

    internal async Task<JsonNode> MakeAsync(RestClient client, string id, string json)
    {
        var answer = await client.PutAsync(Data + id, RestClient.JsonBody(json));
        Expect.Status(200, answer);
        return JsonNode.Parse(answer.Text)!;
    }

    internal static void Missing(string reason, Answer answer) =>
        Expect.Json(404, Expect.PlainJson, $$"""{"error":"not_found","ok":false,"reason":"{{reason}}","status":"404"}""", answer);

    internal static void Stale(Answer answer) => Expect.Json(
        409, Expect.PlainJson, """{"error":"conflict","ok":false,"reason":"Document update conflict.","status":"409"}""", answer);

    internal static void Refused(int status, string error, Answer answer) =>
        Expect.Json(status, Expect.PlainJson, new JsonObject { ["error"] = error }.ToJsonString(), answer);
}

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>Holds whole answers against what the contract says: status, content type, and the JSON document, nothing left aside.</summary>
internal static class Expect
{
    public const string JsonApi = "application/vnd.api+json";
    public const string PlainJson = "application/json";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Json(int status, string contentType, string expected, Answer answer)
    {
        Status(status, answer);
        Assert.Equal(contentType, answer.ContentType);
        Assert.EndsWith("\n", answer.Text, StringComparison.Ordinal);
        Same(expected, answer.Text);
    }

    /// <summary><c>{"ok":true}</c></summary>
    public static void Created(Answer answer) => Json(201, PlainJson, """{"ok":true}""", answer);

    public static void NoContent(Answer answer)
    {
        Status(204, answer);
        Assert.Empty(answer.Body);
        Assert.Null(answer.ContentType);
    }

    /// <summary>Writer A of the contract.</summary>
    public static void Error(int status, string title, string detail, Answer answer, string? parameter = null)
    {
        var source = new JsonObject();
        if (parameter is not null)
        {
            source["parameter"] = parameter;
        }

        var error = new JsonObject
        {
            ["status"] = status.ToString(CultureInfo.InvariantCulture),
            ["title"] = title,
            ["detail"] = detail,
            ["source"] = source,
        };
        Json(status, JsonApi, new JsonObject { ["errors"] = new JsonArray(error) }.ToJsonString(), answer);
        Assert.Null(answer.Header("WWW-Authenticate"));
    }

    public static void BadRequest(string detail, Answer answer, string? parameter = null) => Error(400, "Bad Request", detail, answer, parameter);

    public static void NotFound(string detail, Answer answer) => Error(404, "Not Found", detail, answer);

    public static void Conflict(string detail, Answer answer) => Error(409, "Conflict", detail, answer);

    /// <summary>502 in the form of writer A, whose text names this host.</summary>
    public static void BadGateway(string host, Answer answer)
    {
        Status(502, answer);
        Assert.Equal(JsonApi, answer.ContentType);
        var detail = (string)JsonNode.Parse(answer.Text)!["errors"]![0]!["detail"]!;
        Assert.Contains(host, detail, StringComparison.Ordinal);
        Error(502, "Bad Gateway", detail, answer);
    }

    public static void Status(int status, Answer answer) => Assert.True(status == answer.Status, $"expected {status}, but it is {answer}");

    /// <summary>Two JSON documents are the same; the order of their members does not count.</summary>
    public static void Same(string expected, string actual) =>
        Assert.Equal(Sorted(JsonNode.Parse(expected))?.ToJsonString(Readable), Sorted(JsonNode.Parse(actual))?.ToJsonString(Readable));

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

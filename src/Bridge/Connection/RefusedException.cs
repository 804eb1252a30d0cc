using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bridge;

/// <summary>The server did not do what was asked: its status and its own words.</summary>
internal sealed class RefusedException(HttpStatusCode status, string message) : CommandException(message)
{
    public HttpStatusCode Status => status;

    public static RefusedException Of(HttpResponseMessage answer, string body)
    {
        var words = WordsOf(body) is { Length: > 0 } found ? found : body.Trim();
        var advice = answer.StatusCode switch
        {
            HttpStatusCode.NotFound => " Check the name of the instance (bridge instances ls) and the id.",
            HttpStatusCode.ServiceUnavailable => " Try again a little later.",
            _ => "",
        };
        return new(answer.StatusCode, $"the server refused ({(int)answer.StatusCode}): {words.TrimEnd('.')}.{advice}");
    }

    // JSON:API has a list of errors, the documents one error and its reason.
    private static string? WordsOf(string body)
    {
        try
        {
            var json = JsonNode.Parse(body);
            var first = json?["errors"]?[0];
            return (string?)first?["detail"] ?? (string?)first?["title"] ?? (string?)json?["reason"] ?? (string?)json?["error"];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>Nobody answers at the address of the server.</summary>
internal sealed class NoServerException(string message) : CommandException(message);

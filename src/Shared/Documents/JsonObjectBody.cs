using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Shared.Faults;
using Shared.Streams;

namespace Shared.Documents;

/// <summary>The body of a request that must be one JSON object, of a bounded size.</summary>
internal static class JsonObjectBody
{
    /// <exception cref="FaultException">TooLarge, or Malformed.</exception>
    public static async Task<JsonObject> ReadAsync(HttpRequest request, int most, CancellationToken ct)
    {
        if (request.ContentLength > most)
        {
            throw new FaultException(Fault.TooLarge, $"the body holds more than {most} bytes");
        }

        try
        {
            using var bounded = new BoundedStream(request.Body, most);
            var body = await JsonNode.ParseAsync(bounded, documentOptions: new() { AllowDuplicateProperties = false }, cancellationToken: ct)
                as JsonObject ?? throw new FaultException(Fault.Malformed, "the document is not a JSON object");

            // Half a surrogate pair is read without a word, and fails only where it is written.
            _ = body.ToJsonString();
            return body;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FaultException(Fault.Malformed, "the document is not JSON");
        }
    }
}

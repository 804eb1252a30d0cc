using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Rpc.OpenApi;
using Shared.Access;
using Shared.Errors;

namespace Shared.Hosting;

/// <summary>What the OpenAPI document says of our endpoints beside their routes: the permission each asks, and the form of its errors.</summary>
internal static class ApiDocument
{
    public const string Path = "/openapi.json";

    private const string JsonApi = "JsonApiErrors";
    private const string Couch = "CouchError";
    private const string OfProtocol = "ErrorOfProtocol";

    private static readonly string[] OfNextcloud = ["/ocs/", "/index.php/", "/login/"];

    public static void Configure(OpenApiOptions options)
    {
        options.Title = "Cozy to Nextcloud bridge";
        options.Facts = FactsOf;
        options.ErrorAnswers = ErrorAnswers;
    }

    private static OperationFacts? FactsOf(Endpoint endpoint)
    {
        var route = endpoint.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route ?? "";
        var errors = endpoint.Metadata.GetMetadata<ErrorForm>() is not null || OfNextcloud.Any(start => route.StartsWith(start, StringComparison.Ordinal)) ? OfProtocol
            : route.StartsWith("/data/", StringComparison.Ordinal) ? Couch
            : JsonApi;
        return AccessMiddleware.AdmissionOf(endpoint) switch
        {
            Admission.ToService or Admission.ToDirectory => null,
            Admission.ToPermission(var verb, var doctype) => new(errors, $"{doctype}:{verb}"),
            Admission.ToSomePermission(var verb, var doctype) => new(errors, $"{doctype}:{verb}"),
            Admission.ToToken => new(errors, ""),
            _ => new(errors),
        };
    }

    private static JsonObject ErrorAnswers() => new()
    {
        [JsonApi] = Answer(
            "A JSON:API list of one error; status, title, detail and source are always there. Refusals of the token are {\"error\": text} instead.",
            "application/vnd.api+json",
            Members("errors")),
        [Couch] = Answer(
            "As CouchDB says it ({\"error\", \"ok\", \"reason\", \"status\"}) where it is about a document or a revision, else {\"error\": text}.",
            "application/json",
            Members("error")),
        [OfProtocol] = Answer("As Nextcloud answers there: XML from WebDAV and OCS, a page, or nothing.", "application/xml", null),
    };

    private static JsonObject Answer(string description, string mediaType, JsonObject? schema) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject { [mediaType] = schema is null ? new JsonObject() : new JsonObject { ["schema"] = schema } },
    };

    private static JsonObject Members(string required) => new() { ["type"] = "object", ["required"] = new JsonArray(required) };
}

using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Rpc.Transcoding;

namespace Rpc.OpenApi;

/// <summary>One OpenAPI operation: of a proto method from its descriptor and comments, of a raw route from its metadata.</summary>
internal static class Operation
{
    public const string TokenScheme = "token";

    private static readonly char[] NameEnds = ['/', '{', '}', '=', '*', '.', ':', '_'];

    public static JsonObject Of(Endpoint endpoint, RawRoute route, RawTemplate template, OperationFacts facts, MessageSchemas schemas)
    {
        var renamed = route.Template.Variables.Zip(template.Variables).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        var operation = new JsonObject { ["operationId"] = IdOf(route), ["tags"] = new JsonArray(TagOf(route.Template)) };
        var parameters = new JsonArray();
        foreach (var condition in endpoint.Metadata.GetOrderedMetadata<QueryCondition>())
        {
            parameters.Add(Parameter(condition.Name, "query", new() { ["type"] = "string", ["enum"] = new JsonArray(condition.Value) }, "", required: true));
        }

        operation["parameters"] = parameters;
        if (endpoint.Metadata.GetMetadata<MethodDescriptor>() is { } method)
        {
            ProtoOperation.Fill(operation, method, route, renamed, schemas);
        }
        else
        {
            Fill(operation, endpoint, renamed);
        }

        var answers = (JsonObject)operation["responses"]!;
        answers["default"] = new JsonObject { ["$ref"] = "#/components/responses/" + facts.Errors };
        if (facts.Scope is { } scope)
        {
            operation["security"] = new JsonArray(new JsonObject { [TokenScheme] = scope.Length > 0 ? new JsonArray(scope) : [] });
        }

        return operation;
    }

    public static JsonObject Parameter(string name, string place, JsonObject schema, string description, bool required)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = required, ["schema"] = schema };
        if (description.Length > 0)
        {
            parameter["description"] = description;
        }

        return parameter;
    }

    public static JsonObject Content(IEnumerable<string> mediaTypes, JsonObject? schema) =>
        new(mediaTypes.Select(type => KeyValuePair.Create<string, JsonNode?>(
            type, schema is null ? new JsonObject() : new JsonObject { ["schema"] = schema.DeepClone() })));

    /// <summary>Two routes that differ only in a query value are one operation to OpenAPI: it takes what either takes.</summary>
    public static JsonObject Merge(JsonObject first, JsonObject second)
    {
        var merged = (JsonObject)first.DeepClone();
        merged["summary"] = $"{first["summary"]} Or: {second["summary"]}";
        var known = ((JsonArray)merged["parameters"]!).ToDictionary(each => (string)each!["name"]!, each => (JsonObject)each!, StringComparer.Ordinal);
        foreach (var parameter in (JsonArray)second["parameters"]!)
        {
            var name = (string)parameter!["name"]!;
            if (!known.TryGetValue(name, out var same))
            {
                var copy = (JsonObject)parameter.DeepClone();
                copy["required"] = (string)copy["in"]! == "path";
                ((JsonArray)merged["parameters"]!).Add(copy);
            }
            else if (same["schema"] is JsonObject { } schema && schema["enum"] is JsonArray values)
            {
                same["required"] = false;
                foreach (var value in parameter["schema"]?["enum"] as JsonArray ?? [])
                {
                    values.Add(value!.DeepClone());
                }
            }
        }

        foreach (var parameter in known.Values.Where(each => (string)each["in"]! != "path"))
        {
            parameter["required"] = false;
        }

        Unite(merged, second, "responses");
        if (second["requestBody"] is JsonObject body)
        {
            if (merged["requestBody"] is JsonObject mine)
            {
                Unite(mine, body, "content");
            }
            else
            {
                merged["requestBody"] = body.DeepClone();
            }
        }

        return merged;
    }

    private static void Unite(JsonObject into, JsonObject from, string member)
    {
        foreach (var (key, value) in (JsonObject)from[member]!)
        {
            ((JsonObject)into[member]!).TryAdd(key, value?.DeepClone());
        }
    }

    private static void Fill(JsonObject operation, Endpoint endpoint, Dictionary<string, string> renamed)
    {
        operation["summary"] = endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? "";
        var parameters = (JsonArray)operation["parameters"]!;
        foreach (var name in renamed.Values)
        {
            parameters.Add(Parameter(name, "path", new() { ["type"] = "string" }, "", required: true));
        }

        foreach (var doc in endpoint.Metadata.GetOrderedMetadata<ParameterDoc>())
        {
            parameters.Add(Parameter(doc.Name, doc.In, new() { ["type"] = "string" }, doc.Description, required: false));
        }

        if (endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is { } accepts)
        {
            operation["requestBody"] = new JsonObject { ["content"] = Content(accepts.ContentTypes, null) };
        }

        var answers = new JsonObject();
        foreach (var produced in endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>())
        {
            var answer = answers[produced.StatusCode.ToString(CultureInfo.InvariantCulture)] = new JsonObject { ["description"] = produced.Description ?? "" };
            if (produced.ContentTypes.Any())
            {
                answer["content"] = Content(produced.ContentTypes, null);
            }
        }

        operation["responses"] = answers;
    }

    private static string IdOf(RawRoute route) =>
        string.Join('_', [route.Method.ToLowerInvariant(), .. route.Template.Text.Split(NameEnds, StringSplitOptions.RemoveEmptyEntries)]) + (route.Template.Text.EndsWith('/') ? "_" : "");

    private static string TagOf(RawTemplate template) => template.Segments[0].Text;
}

using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Rest;
using Rpc.Transcoding;

namespace Rpc.OpenApi;

/// <summary>Fills an operation from a proto method: what its binding takes from the path, the query and the body, and what it answers.</summary>
internal static class ProtoOperation
{
    private static readonly string[] JsonTypes = ["application/json", "application/vnd.api+json"];

    public static void Fill(JsonObject operation, MethodDescriptor method, RawRoute route, Dictionary<string, string> renamed, MessageSchemas schemas)
    {
        var binding = HttpBinding.Of(method).First(each => each.Template.Text == route.Template.Text && each.HttpMethod == route.Method);
        operation["operationId"] = $"{method.Service.Name}.{method.Name}" + (binding.Template.Text == HttpBinding.Of(method).First().Template.Text ? "" : "_" + operation["operationId"]);
        operation["summary"] = ProtoComments.Of(method, method.InputType.ClrType);
        var parameters = (JsonArray)operation["parameters"]!;
        foreach (var (variable, field) in binding.PathVariables)
        {
            parameters.Add(Parameter(renamed[variable], "path", field.Last, schemas, required: true));
        }

        if (binding.TakesQuery)
        {
            foreach (var (name, field) in QueryFields(method.InputType, binding, "", [method.InputType]))
            {
                parameters.Add(Parameter(name, "query", field, schemas, required: false));
            }
        }

        if (binding.HasBody)
        {
            var schema = binding.BodyField is { } body ? schemas.Of(body) : schemas.Of(method.InputType);
            operation["requestBody"] = new JsonObject { ["content"] = Operation.Content(JsonTypes, schema) };
        }

        operation["responses"] = Answers(method, binding, schemas);
    }

    private static JsonObject Answers(MethodDescriptor method, HttpBinding binding, MessageSchemas schemas)
    {
        var rest = method.GetOptions()?.GetExtension(RestExtensions.Method);
        var status = rest is { Status: > 0 } ? rest.Status : StatusCodes.Status200OK;
        var answer = new JsonObject { ["description"] = status is StatusCodes.Status202Accepted or StatusCodes.Status204NoContent ? "Done; no body." : "" };
        if (status is not (StatusCodes.Status202Accepted or StatusCodes.Status204NoContent))
        {
            var schema = binding.ResponseField is { } field ? schemas.Of(field) : schemas.Of(method.OutputType);
            if (rest is { List: true })
            {
                schema = new() { ["type"] = "object", ["properties"] = new JsonObject { ["data"] = new JsonObject { ["type"] = "array", ["items"] = schema } } };
            }

            answer["content"] = Operation.Content([rest is { MediaType.Length: > 0 } ? rest.MediaType : "application/json"], schema);
        }

        return new() { [status.ToString(CultureInfo.InvariantCulture)] = answer };
    }

    private static IEnumerable<(string Name, FieldDescriptor Field)> QueryFields(
        MessageDescriptor message, HttpBinding binding, string prefix, IReadOnlyList<MessageDescriptor> above)
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            var name = prefix.Length == 0 ? field.JsonName : $"{prefix}[{field.JsonName}]";
            if (prefix.Length == 0 && (field == binding.BodyField || binding.PathVariables.Any(variable => variable.Field.StartsWith(field))))
            {
                continue;
            }

            if (FieldText.CanHold(field))
            {
                yield return (name, field);
            }
            else if (field is { FieldType: FieldType.Message, IsRepeated: false } && !above.Contains(field.MessageType))
            {
                foreach (var inner in QueryFields(field.MessageType, binding, name, [.. above, field.MessageType]))
                {
                    yield return inner;
                }
            }
        }
    }

    private static JsonObject Parameter(string name, string place, FieldDescriptor field, MessageSchemas schemas, bool required)
    {
        var schema = schemas.Of(field);
        var description = (string?)schema["description"] ?? "";
        schema.Remove("description");
        return Operation.Parameter(name, place, schema, description, required);
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Shared.Faults;

namespace Shared.Errors;

/// <summary>Writer A: <c>{"errors":[{"status":"404","title":"Not Found","detail":"…","source":{}}]}</c>; the source is always there.</summary>
internal static class JsonApiError
{
    public static async Task WriteAsync(HttpResponse response, FaultException fault, FaultAnswer answer)
    {
        response.ContentType = "application/vnd.api+json";
        var error = new Error(answer.Http.ToString(CultureInfo.InvariantCulture), TitleOf(fault, answer), fault.Message, new(fault.Parameter, fault.Pointer));
        await JsonSerializer.SerializeAsync(response.Body, new([error]), ErrorJson.Default.Errors);
        await response.WriteAsync("\n");
    }

    // 422 has two names: of a parameter, and of a member of the document.
    private static string TitleOf(FaultException fault, FaultAnswer answer) =>
        fault is { Fault: Fault.Invalid, Pointer: not null } ? "Invalid Attribute" : answer.Title;

    internal sealed record Errors([property: JsonPropertyName("errors")] IReadOnlyList<Error> List);

    internal sealed record Error(
        [property: JsonPropertyName("status")] string Status,
        [property: JsonPropertyName("title")] string Title,
        [property: JsonPropertyName("detail")] string Detail,
        [property: JsonPropertyName("source")] Source Source);

    internal sealed record Source(
        [property: JsonPropertyName("parameter"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Parameter,
        [property: JsonPropertyName("pointer"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pointer);
}

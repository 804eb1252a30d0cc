using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Shared.Access;
using Shared.Faults;

namespace Shared.Errors;

/// <summary>Writer C: errors under /data look as CouchDB, or the framework around it, would write them.</summary>
internal static class CouchError
{
    public static async Task WriteAsync(HttpResponse response, FaultException fault, FaultAnswer answer)
    {
        response.ContentType = "application/json";
        if (DatabaseName(fault) is { } name)
        {
            var status = answer.Http.ToString(CultureInfo.InvariantCulture);
            await JsonSerializer.SerializeAsync(response.Body, new(name, false, fault.Message, status), ErrorJson.Default.Database);
        }
        else
        {
            var text = fault is AccessException
                ? string.Create(CultureInfo.InvariantCulture, $"code={answer.Http}, message={fault.Message}")
                : string.Create(CultureInfo.InvariantCulture, $"{answer.Title}({answer.Http}): {fault.Message}");
            await JsonSerializer.SerializeAsync(response.Body, new(text), ErrorJson.Default.Body);
        }

        await response.WriteAsync("\n");
    }

    private static string? DatabaseName(FaultException fault) => fault switch
    {
        AccessException => null,
        { Fault: Fault.NotFound } => "not_found",
        { Fault: Fault.Conflict } => "conflict",
        _ => null,
    };

    internal sealed record Database(
        [property: JsonPropertyName("error")] string Error,
        [property: JsonPropertyName("ok")] bool Ok,
        [property: JsonPropertyName("reason")] string Reason,
        [property: JsonPropertyName("status")] string Status);
}

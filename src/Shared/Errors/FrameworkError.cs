using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Shared.Errors;

/// <summary>Writer B: refusals that happen before a route runs, in the form that the Accept header asks for.</summary>
internal static class FrameworkError
{
    public static async Task WriteAsync(HttpContext context, string message)
    {
        var response = context.Response;
        var accept = context.Request.Headers.Accept.ToString();
        if (accept.Contains("application/json", StringComparison.OrdinalIgnoreCase))
        {
            response.ContentType = "application/json";
            await JsonSerializer.SerializeAsync(response.Body, new(message), ErrorJson.Default.Body);
        }
        else if (accept.Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            response.ContentType = "text/html; charset=utf-8";
            await response.WriteAsync($"<!doctype html><title>{response.StatusCode}</title><p>{HtmlEncoder.Default.Encode(message)}</p>\n");
        }
        else
        {
            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync(message);
        }
    }

    internal sealed record Body([property: JsonPropertyName("error")] string Error);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using RemoteFiles.Instances;
using Shared.Access;
using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Admin;

/// <summary>The one route of a Cloudery that a migration service needs: a token for an instance (cozy-api section 7).</summary>
internal static class ClouderyDoor
{
    private const int MostBytes = 64 * 1024;
    private const string Subject = "settings";

    public static void MapCloudery(this WebApplication app, AdminOptions options) =>
        app.MapOperatorGroup("/api/public/instances", context => Check(context, options.Secret))
            .MapPost("/{fqdn}/token", (HttpContext context, string fqdn, InstanceRegistry instances, Tokens tokens) =>
                TokenAsync(context, fqdn, instances, tokens, options.TokenValidity));

    /// <summary>The scope that is asked for does not matter: an app has the rights of the app.</summary>
    private static async Task<JsonObject> TokenAsync(
        HttpContext context, string fqdn, InstanceRegistry instances, Tokens tokens, TimeSpan validity)
    {
        var instance = await instances.FindAsync(fqdn.ToLowerInvariant(), context.RequestAborted)
            ?? throw new FaultException(Fault.NotFound, $"there is no instance {fqdn}");
        var asked = await ReadAsync(context);
        if (Text(asked, "audience") != Audiences.App)
        {
            throw new FaultException(Fault.Invalid, "the audience is app") { Pointer = "/audience" };
        }

        if (Text(asked, "subject") != Subject)
        {
            throw new FaultException(Fault.Invalid, $"the subject is {Subject}") { Pointer = "/subject" };
        }

        return new() { ["token"] = tokens.Mint(instance, Audiences.App, Subject, "", validity) };
    }

    private static async Task<JsonObject> ReadAsync(HttpContext context)
    {
        try
        {
            using var bounded = new BoundedStream(context.Request.Body, MostBytes);
            return await JsonNode.ParseAsync(bounded, documentOptions: new() { AllowDuplicateProperties = false }, cancellationToken: context.RequestAborted)
                as JsonObject ?? throw new FaultException(Fault.Malformed, "the body is not a JSON object");
        }
        catch (JsonException)
        {
            throw new FaultException(Fault.Malformed, "the body is not JSON");
        }
    }

    private static void Check(HttpContext context, string secret)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || !AdminDoor.IsSecret(header["Bearer ".Length..].Trim(), secret))
        {
            throw new AccessException(Fault.Unauthenticated, "the bearer is not the secret of this server") { Challenge = "Bearer" };
        }
    }

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}

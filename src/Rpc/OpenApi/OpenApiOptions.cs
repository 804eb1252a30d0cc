using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Rpc.OpenApi;

/// <summary>What an application knows about its endpoints beyond their routes and messages.</summary>
public sealed class OpenApiOptions
{
    public string Title { get; set; } = "API";

    /// <summary>Who may call an endpoint and how it refuses; null leaves the endpoint out, as one that is not for clients.</summary>
    public Func<Endpoint, OperationFacts?> Facts { get; set; } = static _ => new("Error");

    /// <summary>The named answers that <see cref="OperationFacts.Errors"/> refers to.</summary>
    public Func<JsonObject> ErrorAnswers { get; set; } = static () => [];
}

/// <param name="Errors">The name of its error answer under components/responses.</param>
/// <param name="Scope">The permission a token needs, as "io.cozy.files:GET"; empty when any valid token will do, null when none is asked.</param>
public sealed record OperationFacts(string Errors, string? Scope = null);

/// <summary>Endpoint metadata: a query parameter or header that a raw route reads.</summary>
public sealed record ParameterDoc(string Name, string Description, string In = "query");

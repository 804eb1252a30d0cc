using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Rest;
using Rpc.Transcoding;
using Shared.Faults;

namespace Shared.Access;

/// <summary>
/// Finds the instance and the caller, and checks what the endpoint's <see cref="Admission"/> asks, before anything else runs.
/// REST: the Host header names the instance, and the token must be its own. gRPC: the token's issuer names it.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, IInstances instances, Tokens tokens, RequestLimits limits)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is { } endpoint && AdmissionOf(endpoint) is not Admission.ToProcess and var admission)
        {
            try
            {
                if (!await AdmitAsync(context, admission))
                {
                    return;
                }
            }
            catch (AccessException)
            {
                limits.TakeOfStranger(context);
                throw;
            }
        }

        await next(context);
    }

    // False: it was answered.
    private async Task<bool> AdmitAsync(HttpContext context, Admission admission)
    {
        // Who may come without one is not asked for it: the door reads what he brings in its own way.
        var token = admission is Admission.ToPublic && !context.Request.IsGrpc() ? null : TokenOf(context.Request);
        var instance = await InstanceAsync(context, token);
        if (instance.IsMoved)
        {
            SendOn(context, instance);
            return false;
        }

        context.Features.Set(instance);
        if (admission is Admission.ToPublic)
        {
            // Who says who he is, is counted when the door has looked whether it is so.
            if (context.Request.Headers.Authorization.Count == 0)
            {
                limits.TakeOfStranger(context);
            }

            return true;
        }

        var caller = await CallerAsync(instance, token, admission);
        if (caller.Audience != Audiences.Service)
        {
            limits.TakeOf(instance);
        }

        context.Features.Set(caller);
        return true;
    }

    /// <summary>From the endpoint itself, or from the options of its proto method. An endpoint that says nothing admits services alone.</summary>
    internal static Admission AdmissionOf(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<Admission>()
        ?? (endpoint.Metadata.GetMetadata<MethodNotAllowedMetadata>() is not null ? Admission.Process
            : endpoint.Metadata.GetMetadata<MethodDescriptor>() is not { } method ? Admission.Service
            : method.File.Package.StartsWith("grpc.", StringComparison.Ordinal) ? Admission.Process
            : method.GetOptions()?.GetExtension(RestExtensions.Method) switch
            {
                { Permission: { Some: true } asked } => Admission.SomePermission(asked.Verb, asked.Doctype),
                { Permission: { } asked } => Admission.Permission(asked.Verb, asked.Doctype),
                { AnyToken: true } => Admission.AnyToken,
                { NoInstance: true } => Admission.Directory,
                _ => Admission.Service,
            });

    // With the same path and query, byte for byte; 308 keeps the method and the body too (RFC 9110 section 15.4.9).
    private static void SendOn(HttpContext context, Instance instance)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = instance.Url.TrimEnd('/') + (target.StartsWith('/') ? target : "/");
    }

    private async Task<Instance> InstanceAsync(HttpContext context, string? token)
    {
        if (!context.Request.IsGrpc())
        {
            return await FindAsync(context.Request.Host.Value ?? "", context.RequestAborted);
        }

        var issuer = Tokens.IssuerOf(token ?? throw new AccessException(Fault.Unauthenticated, "No token in request"));
        return issuer == Instance.None.Domain
            ? Instance.None
            : await FindAsync(issuer ?? "", context.RequestAborted);
    }

    private async Task<Instance> FindAsync(string domain, CancellationToken ct) =>
        await instances.FindAsync(domain.ToLowerInvariant(), ct) ?? throw new AccessException(Fault.NotFound, "Instance not found");

    private async Task<Caller> CallerAsync(Instance instance, string? token, Admission admission)
    {
        var caller = await tokens.CheckAsync(token ?? throw new AccessException(Fault.Unauthenticated, "No token in request"), instance);
        var admitted = admission switch
        {
            Admission.ToService => caller.Audience == Audiences.Service && instance != Instance.None,
            Admission.ToDirectory => caller.Audience == Audiences.Service && instance == Instance.None,
            Admission.ToPermission(var verb, var doctype) => caller.Permissions?.Allows(verb, doctype) ?? false,
            Admission.ToSomePermission(var verb, var doctype) => caller.Permissions?.AllowsSome(verb, doctype) ?? false,
            _ => caller.Permissions is not null,
        };
        return admitted ? caller : throw new AccessException(Fault.Forbidden, "Forbidden");
    }

    // cozy-api 2.1: Bearer, else the password of Basic, else the query.
    private static string? TokenOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return header["Bearer ".Length..].Trim();
        }

        return BasicCredentials.Read(header)?.Password ?? (request.Query.TryGetValue("bearer_token", out var query) ? query[0] : null);
    }
}

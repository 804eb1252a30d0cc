using Shared.Faults;

namespace RemoteFiles.Ocs;

/// <summary>A fault as OCS tells it: in the envelope, and in the HTTP status as the version has it.</summary>
internal static class OcsError
{
    // Beside HTTP's own codes OCS has these.
    private const int Unauthorised = 997;
    private const int UnknownRoute = 998;

    public static Func<HttpContext, FaultException, Task> Of(OcsVersion version) => (context, fault) => WriteAsync(context, version, fault);

    /// <summary>Nobody has this route: a failure that says so, with HTTP 200 in the first version.</summary>
    public static Task WriteUnknownRouteAsync(HttpContext context, OcsVersion version) => OcsEnvelope.WriteFailureAsync(
        context,
        version,
        version == OcsVersion.V1 ? StatusCodes.Status200OK : StatusCodes.Status404NotFound,
        UnknownRoute,
        "Invalid query, please check the syntax. API specifications are here: http://www.freedesktop.org/wiki/Specifications/open-collaboration-services.\n");

    private static Task WriteAsync(HttpContext context, OcsVersion version, FaultException fault)
    {
        var (status, headers) = (fault.Fault.Answer().Http, context.Response.Headers);
        switch (fault.Fault)
        {
            case Fault.Unauthenticated:
                // A challenge to somebody who has not tried yet would make a browser ask.
                if (context.Request.Headers.Authorization.Count > 0)
                {
                    headers.WWWAuthenticate = "Basic realm=\"Authorisation Required\"";
                }

                return OcsEnvelope.WriteFailureAsync(context, version, StatusCodes.Status401Unauthorized, Unauthorised, fault.Message);
            case Fault.MethodNotAllowed:
                context.Response.StatusCode = status;
                return Task.CompletedTask;

            // The first version says 200 to "there is none of that"; what may be different a minute later it says too.
            case Fault.NotFound when version == OcsVersion.V1:
                return OcsEnvelope.WriteFailureAsync(context, version, StatusCodes.Status200OK, status, fault.Message);
            default:
                return OcsEnvelope.WriteFailureAsync(context, version, status, status, fault.Message);
        }
    }
}

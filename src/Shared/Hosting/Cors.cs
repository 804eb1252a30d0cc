using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Shared.Access;

namespace Shared.Hosting;

/// <summary>
/// Web apps of any origin may call the Cozy's API, since a token in the request says who they are (cozy-api 1.3). The doors of
/// Nextcloud clients are left out: a browser would send the password it remembers for them along with any page's request.
/// </summary>
internal static class Cors
{
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(12);

    public static void AddApiCors(this IServiceCollection services) => services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
        .SetIsOriginAllowed(_ => true)
        .AllowCredentials()
        .AllowAnyHeader()
        .WithMethods("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE")
        .SetPreflightMaxAge(PreflightAge)));

    public static void UseApiCors(this WebApplication app) => app.UseWhen(IsApi, api => api.UseCors());

    private static bool IsApi(HttpContext context) =>
        context.GetEndpoint() is not { } endpoint || AccessMiddleware.AdmissionOf(endpoint) is not Admission.ToPublic;
}

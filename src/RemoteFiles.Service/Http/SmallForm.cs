using Microsoft.AspNetCore.Http.Features;

namespace RemoteFiles.Http;

/// <summary>A form of a few short fields; anything longer is 413 before it is read.</summary>
internal static class SmallForm
{
    private const int MostBytes = 16 * 1024;

    /// <summary>Empty for a body that is no form.</summary>
    public static async Task<IFormCollection> ReadAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MostBytes;
        return context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
    }
}

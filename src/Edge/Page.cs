using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Edge;

/// <summary>The page that people see, at <c>/</c> of every instance: the files of <c>wwwroot</c>, which are part of this program.</summary>
internal static class Page
{
    private const string Resources = "page/";
    private const string Start = "index.html";

    // No code but ours, from here; nothing from or to another server; in no frame of another site.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void MapPage(this WebApplication app)
    {
        foreach (var name in typeof(Page).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)))
        {
            var file = PageFile.Read(name, name[Resources.Length..]);
            app.MapMethods(file.Name == Start ? "/" : "/page/" + file.Name, [HttpMethods.Get, HttpMethods.Head], file.WriteAsync);
        }
    }

    private sealed record PageFile(string Name, string Type, byte[] Bytes, byte[] Compressed, string ETag)
    {
        public static PageFile Read(string resource, string name)
        {
            using var stream = typeof(Page).Assembly.GetManifestResourceStream(resource)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var type = Types.TryGetContentType(name, out var known) ? known : "application/octet-stream";
            return new(name, type + "; charset=utf-8", bytes, Compress(bytes), Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]);
        }

        // Asked for each time, and sent again only when it is another: an update arrives with the next load.
        public Task WriteAsync(HttpContext context)
        {
            var (request, response) = (context.Request, context.Response);
            var isCompressed = request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
            var tag = new EntityTagHeaderValue($"\"{ETag}{(isCompressed ? "-gzip" : "")}\"");
            response.Headers.ETag = tag.ToString();
            response.Headers.CacheControl = "no-cache";
            response.Headers.Vary = "Accept-Encoding";
            response.Headers.ContentSecurityPolicy = Policy;
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.XFrameOptions = "DENY";
            response.Headers["Referrer-Policy"] = "no-referrer";
            response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            if (isCompressed)
            {
                response.Headers.ContentEncoding = "gzip";
            }

            var body = isCompressed ? Compressed : Bytes;
            response.ContentType = Type;
            response.ContentLength = body.Length;
            return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
        }

        private static byte[] Compress(byte[] bytes)
        {
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
            {
                gzip.Write(bytes);
            }

            return compressed.ToArray();
        }
    }
}

using System.Globalization;
using Microsoft.Net.Http.Headers;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Http;

/// <summary>What a request says of a file or directory that it makes, beside its name (cozy-api 8.4, "Upload parameters").</summary>
internal static class UploadMetadata
{
    /// <summary>No route here prepares metadata for a later upload, so every id is one that nobody knows; an empty one asks for nothing.</summary>
    public static void Check(string metadataId)
    {
        if (metadataId.Length > 0)
        {
            throw new FaultException(Fault.Invalid, "Invalid or expired MetadataID") { Parameter = "MetadataID" };
        }
    }

    /// <summary>The Date header, when it holds a date.</summary>
    public static DateTimeOffset? DateOf(HttpRequest request) =>
        DateTimeOffset.TryParseExact(request.Headers.Date, "R", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>Joined by commas.</summary>
    public static IReadOnlyList<string> TagsOf(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Empty when none was sent.</summary>
    public static string ContentTypeOf(HttpRequest request) =>
        string.IsNullOrEmpty(request.ContentType) || (HeaderText.Is(request.ContentType) && MediaTypeHeaderValue.TryParse(request.ContentType, out _))
            ? request.ContentType ?? ""
            : throw new FaultException(Fault.Invalid, "Invalid Content-Type") { Parameter = "mime" };
}

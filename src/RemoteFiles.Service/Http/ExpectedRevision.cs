namespace RemoteFiles.Http;

/// <summary>The revision that a document must have for a change: If-Match, else <c>?rev=</c>. Clients send either empty, which asks for nothing.</summary>
internal static class ExpectedRevision
{
    public static string? Of(HttpRequest request, string? query) =>
        request.Headers.IfMatch.ToString().Trim('"') is { Length: > 0 } header ? header
        : string.IsNullOrEmpty(query) ? null
        : query;
}

using Microsoft.AspNetCore.Http;

namespace Rpc.Transcoding;

/// <summary>The request cannot be understood: its path, a parameter or its body.</summary>
public sealed class BadRequestException(string message, int statusCode = StatusCodes.Status400BadRequest, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>400, or 413 for a body over the limit.</summary>
    public int StatusCode { get; } = statusCode;
}

/// <summary>The path exists, but not for this method. The Allow header has been set already.</summary>
public sealed class MethodNotAllowedException(IReadOnlyList<string> allowed)
    : Exception($"This path takes {string.Join(", ", allowed)}.")
{
    public IReadOnlyList<string> Allowed { get; } = allowed;
}

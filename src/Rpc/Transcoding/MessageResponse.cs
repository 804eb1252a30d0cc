using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Rest;

namespace Rpc.Transcoding;

public static class MessageResponse
{
    /// <summary>Answers with a message from a plain endpoint, in the JSON that a transcoded method would write.</summary>
    public static async Task WriteMessageAsync(this HttpResponse response, IMessage message, int status, string mediaType)
    {
        ArgumentNullException.ThrowIfNull(response);
        using var answer = JsonAnswer.CreateSingle(response.HttpContext, new MethodRest { Status = status, MediaType = mediaType });
        await answer.WriteAsync(message);
        await answer.CompleteAsync();
    }
}

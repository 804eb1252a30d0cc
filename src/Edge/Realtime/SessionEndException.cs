using System.Net.WebSockets;

namespace Edge.Realtime;

/// <summary>The server ends a session: what it says last, and the close that tells the client whether to come again.</summary>
internal sealed class SessionEndException(WebSocketCloseStatus status, string reason, ReadOnlyMemory<byte> last = default) : Exception(reason)
{
    // RFC 6455 section 7.4.1 and the IANA registry: 1013 "Try Again Later".
    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013;

    public WebSocketCloseStatus Status => status;

    public ReadOnlyMemory<byte> Last => last;

    public static SessionEndException Unauthorized() => new(WebSocketCloseStatus.PolicyViolation, "unauthorized", ServerFrame.Unauthorized());

    public static SessionEndException NotFirst(ClientFrame frame) => new(WebSocketCloseStatus.PolicyViolation, "AUTH comes first", ServerFrame.UnknownMethod(frame));

    public static SessionEndException NoFrame() => new(WebSocketCloseStatus.InvalidPayloadData, "not a JSON object", ServerFrame.NoFrame());

    public static SessionEndException NotText() => new(WebSocketCloseStatus.InvalidMessageType, "messages are text");

    public static SessionEndException TooLarge(int most) => new(WebSocketCloseStatus.MessageTooBig, $"a message has at most {most} bytes");

    public static SessionEndException Stopping() => new(WebSocketCloseStatus.EndpointUnavailable, "the server stops");

    public static SessionEndException Again(string reason) => new(TryAgainLater, reason);
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Watching;

namespace Edge.Realtime;

/// <summary>What the server says (cozy-api 11.3): events, and errors with the message that they answer.</summary>
internal static class ServerFrame
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Event(Happening happening) => Write(happening.Event, json =>
    {
        json.WriteString("type", happening.Doctype);
        json.WriteString("id", happening.Id);
        json.WritePropertyName("doc");
        json.WriteRawValue(happening.Document.Span, skipInputValidation: true);
    });

    public static ReadOnlyMemory<byte> Unauthorized() => Error("401 Unauthorized", "unauthorized", "The authentication has failed", Source("AUTH"));

    public static ReadOnlyMemory<byte> Forbidden(Topic topic) => Error(
        "403 Forbidden", "forbidden", $"The application can't subscribe to {topic.Doctype}", Source("SUBSCRIBE", topic.Doctype, topic.Id));

    public static ReadOnlyMemory<byte> TooMany(Topic topic) => Error(
        "429 Too Many Requests", "too many requests", "There are too many subscriptions", Source("SUBSCRIBE", topic.Doctype, topic.Id));

    public static ReadOnlyMemory<byte> UnknownMethod(ClientFrame frame) => Error(
        "405 Method Not Allowed", "method not allowed", $"The {frame.Method} method is not supported", Source(frame));

    public static ReadOnlyMemory<byte> MissingType(ClientFrame frame) => Error(
        "404 Page Not Found", "page not found", $"The type parameter is mandatory for {frame.Method.ToUpperInvariant()}", Source(frame));

    public static ReadOnlyMemory<byte> NoFrame() => Error("400 Bad Request", "bad request", "The message is not a JSON object", Source(""));

    private static ReadOnlyMemory<byte> Error(string status, string code, string title, Action<Utf8JsonWriter> source) => Write("error", json =>
    {
        json.WriteString("status", status);
        json.WriteString("code", code);
        json.WriteString("title", title);
        json.WriteStartObject("source");
        source(json);
        json.WriteEndObject();
    });

    // A token is not said again.
    private static Action<Utf8JsonWriter> Source(ClientFrame frame) =>
        frame.Token.Length > 0 ? Source(frame.Method) : Source(frame.Method, frame.Doctype, frame.Id);

    private static Action<Utf8JsonWriter> Source(string method) => json =>
    {
        json.WriteString("method", method);
        json.WriteString("payload", "");
    };

    private static Action<Utf8JsonWriter> Source(string method, string doctype, string id) => json =>
    {
        json.WriteString("method", method);
        json.WriteStartObject("payload");
        json.WriteString("type", doctype);
        json.WriteString("id", id);
        json.WriteEndObject();
    };

    private static ReadOnlyMemory<byte> Write(string @event, Action<Utf8JsonWriter> payload)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("event", @event);
            json.WriteStartObject("payload");
            payload(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}

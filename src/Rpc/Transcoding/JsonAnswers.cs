using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Rest;

namespace Rpc.Transcoding;

/// <summary>
/// The answer of a transcoded call. It is made in a buffer of its own, so that nothing has been sent, and an error answer is still possible,
/// until the buffer is full or the answer is whole.
/// </summary>
internal abstract class JsonAnswer : IDisposable
{
    private readonly HttpContext http;
    private readonly int status;
    private readonly string mediaType;

    private protected JsonAnswer(HttpContext http, MethodRest? rest, string defaultMediaType)
    {
        this.http = http;
        status = rest?.Status is > 0 and var set ? set : StatusCodes.Status200OK;
        mediaType = rest?.MediaType is { Length: > 0 } type ? type : defaultMediaType;
        Json = new(Buffer, JsonText.Options);
    }

    protected ArrayBufferWriter<byte> Buffer { get; } = new();

    protected Utf8JsonWriter Json { get; }

    private bool HasBody => status is not (StatusCodes.Status202Accepted or StatusCodes.Status204NoContent);

    public static JsonAnswer Create(HttpContext http, MethodDescriptor method, MethodRest? rest, FieldDescriptor? field) =>
        !method.IsServerStreaming ? new SingleAnswer(http, rest, field)
        : rest?.List == true ? new ListAnswer(http, rest)
        : new LinesAnswer(http, rest);

    public static JsonAnswer CreateSingle(HttpContext http, MethodRest rest) => new SingleAnswer(http, rest, field: null);

    public abstract Task WriteAsync(IMessage message);

    public virtual async Task CompleteAsync()
    {
        if (!http.Response.HasStarted)
        {
            SetHead();
            http.Response.ContentLength = !HasBody ? status == StatusCodes.Status202Accepted ? 0 : null : Buffer.WrittenCount;
        }

        await SendAsync();
    }

    public void Dispose() => Json.Dispose();

    /// <summary>Sends what is in the buffer and waits while the reader is slow.</summary>
    protected async Task FlushAsync()
    {
        if (!http.Response.HasStarted)
        {
            SetHead();
        }

        await SendAsync();
    }

    protected void WriteMessage(IMessage message)
    {
        Json.Reset();
        MessageShape.Of(message.Descriptor).Write(Json, message);
        Json.Flush();
    }

    private void SetHead()
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = HasBody ? mediaType : null;
    }

    private async Task SendAsync()
    {
        if (HasBody && !HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.BodyWriter.WriteAsync(Buffer.WrittenMemory, http.RequestAborted);
        }

        Buffer.ResetWrittenCount();
    }

    /// <summary>One message, or one field of it.</summary>
    private sealed class SingleAnswer(HttpContext http, MethodRest? rest, FieldDescriptor? field) : JsonAnswer(http, rest, "application/json")
    {
        public override Task WriteAsync(IMessage message)
        {
            if (field is null)
            {
                WriteMessage(message);
            }
            else
            {
                new FieldShape(field).WriteValueOf(Json, message);
                Json.Flush();
            }

            Buffer.Write("\n"u8);
            return Task.CompletedTask;
        }
    }

    /// <summary>A JSON:API list, {"data":[…],"meta":{"count":N}}, sent as it grows; the end is written only when the stream ended well.</summary>
    private sealed class ListAnswer(HttpContext http, MethodRest? rest) : JsonAnswer(http, rest, "application/json")
    {
        private const int FlushSize = 16 * 1024;

        private int count;

        public override Task WriteAsync(IMessage message)
        {
            Buffer.Write(count++ == 0 ? "{\"data\":["u8 : ","u8);
            WriteMessage(message);
            return Buffer.WrittenCount >= FlushSize ? FlushAsync() : Task.CompletedTask;
        }

        public override Task CompleteAsync()
        {
            if (count == 0)
            {
                Buffer.Write("{\"data\":["u8);
            }

            Buffer.Write("],\"meta\":{\"count\":"u8);
            Span<byte> digits = stackalloc byte[11];
            count.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
            Buffer.Write(digits[..length]);
            Buffer.Write("}}\n"u8);
            return base.CompleteAsync();
        }
    }

    /// <summary>One message a line, each sent at once.</summary>
    private sealed class LinesAnswer(HttpContext http, MethodRest? rest) : JsonAnswer(http, rest, "application/x-ndjson")
    {
        public override Task WriteAsync(IMessage message)
        {
            WriteMessage(message);
            Buffer.Write("\n"u8);
            return FlushAsync();
        }
    }
}

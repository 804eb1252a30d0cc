using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Shared.Documents;

/// <summary>Writes an object with one long array, <c>{head…,"rows":[…],tail…}</c>, as its members come; what fails half way does not look whole.</summary>
internal static class DocumentStream
{
    private const int FlushSize = 16 * 1024;

    /// <param name="request">Who is answered.</param>
    /// <param name="head">What stands before the array.</param>
    /// <param name="name">Of the array.</param>
    /// <param name="rows">Its members.</param>
    /// <param name="tail">What is known after them.</param>
    public static async Task StreamAsync(
        this DocumentRequest request, JsonObject head, string name, IAsyncEnumerable<JsonObject> rows, Func<JsonObject> tail)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        Write(json, head);
        json.WriteStartArray(name);
        await foreach (var row in rows.WithCancellation(request.Ct))
        {
            row.WriteTo(json);
            if (json.BytesPending + buffer.WrittenCount >= FlushSize)
            {
                await SendAsync(request, json, buffer);
            }
        }

        json.WriteEndArray();
        Write(json, tail());
        json.WriteEndObject();
        json.Flush();
        buffer.Write("\n"u8);
        await SendAsync(request, json, buffer);
    }

    private static void Write(Utf8JsonWriter json, JsonObject members)
    {
        foreach (var (name, value) in members)
        {
            json.WritePropertyName(name);
            if (value is null)
            {
                json.WriteNullValue();
            }
            else
            {
                value.WriteTo(json);
            }
        }
    }

    private static async Task SendAsync(DocumentRequest request, Utf8JsonWriter json, ArrayBufferWriter<byte> buffer)
    {
        json.Flush();
        if (!request.Response.HasStarted)
        {
            (request.Response.StatusCode, request.Response.ContentType) = (StatusCodes.Status200OK, "application/json");
        }

        await request.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, request.Ct);
        buffer.ResetWrittenCount();
    }
}

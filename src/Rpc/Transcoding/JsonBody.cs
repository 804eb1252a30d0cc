using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Rpc.Transcoding;

/// <summary>Reads a JSON body into a request message.</summary>
internal static class JsonBody
{
    public const string Invalid = "invalid JSON body";

    /// <summary>JSON members that the message does not know are ignored.</summary>
    public static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    // A double holds every integer of 15 digits.
    private const int ExactDigits = 15;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The message, or an empty one when the body is empty.</summary>
    /// <exception cref="BadRequestException">The body is not JSON, does not fit the message, or is too long.</exception>
    public static async Task<IMessage> ReadAsync(HttpRequest request, MessageDescriptor type, FieldDescriptor? bodyField, int maxSize, string malformed)
    {
        var body = await ReadBytesAsync(request, maxSize);
        if (body.Length == 0)
        {
            return type.Parser.ParseFrom(ByteString.Empty);
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var mediaType)
            || !(mediaType.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || mediaType.MediaType.Equals("application/vnd.api+json", StringComparison.OrdinalIgnoreCase)))
        {
            throw new BadRequestException(malformed);
        }

        try
        {
            return Parser.Parse(Exact(body, bodyField), type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new BadRequestException(malformed, innerException: e);
        }
    }

    private static async Task<byte[]> ReadBytesAsync(HttpRequest request, int maxSize)
    {
        var tooLong = request.ContentLength > maxSize;
        while (!tooLong)
        {
            var result = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            tooLong = result.Buffer.Length > maxSize;
            if (result.IsCompleted && !tooLong)
            {
                var bytes = result.Buffer.ToArray();
                request.BodyReader.AdvanceTo(result.Buffer.End);
                return bytes;
            }

            request.BodyReader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }

        throw new BadRequestException("the JSON body is too large", StatusCodes.Status413PayloadTooLarge);
    }

    // JsonParser reads every number as a double, so long integers go to it as strings, which it reads exactly.
    private static string Exact(byte[] body, FieldDescriptor? bodyField)
    {
        using var document = JsonDocument.Parse(body, Strict);
        var buffer = new ArrayBufferWriter<byte>(body.Length + 64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            if (bodyField is null)
            {
                Copy(document.RootElement, writer);
            }
            else
            {
                writer.WriteStartObject();
                writer.WritePropertyName(bodyField.JsonName);
                Copy(document.RootElement, writer);
                writer.WriteEndObject();
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Copy(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Copy(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Copy(item, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Number when element.GetRawText() is { Length: > ExactDigits } number && number.AsSpan().IndexOfAny('.', 'e', 'E') < 0:
                writer.WriteStringValue(number);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Migration.Migrations;

/// <summary>The tracking document as JSON, in its one form: as it is stored and as clients read it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(Timestamp)])]
[JsonSerializable(typeof(TrackingDocument))]
[JsonSerializable(typeof(CozyMetadata))]
[JsonSerializable(typeof(Prediction))]
internal sealed partial class DocumentJson : JsonSerializerContext
{
    public static string Write(TrackingDocument document) => JsonSerializer.Serialize(document, Default.TrackingDocument);

    public static TrackingDocument Read(string json) => JsonSerializer.Deserialize(json, Default.TrackingDocument)!;

    public static string Write(Prediction prediction) => JsonSerializer.Serialize(prediction, Default.Prediction);

    public static Prediction ReadPrediction(string json) => JsonSerializer.Deserialize(json, Default.Prediction)!;
}

/// <summary>RFC 3339 in UTC with milliseconds: <c>2026-04-13T11:21:00.000Z</c>.</summary>
internal sealed class Timestamp : JsonConverter<DateTimeOffset>
{
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));
}

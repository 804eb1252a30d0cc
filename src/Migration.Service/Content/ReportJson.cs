using System.Text.Json.Serialization;
using Migration.Migrations;

namespace Migration.Content;

/// <summary>A line of the report as JSON, as it is named in the tracking document; what is not known is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(Timestamp)])]
[JsonSerializable(typeof(ReportLine))]
internal sealed partial class ReportJson : JsonSerializerContext;

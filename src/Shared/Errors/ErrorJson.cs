using System.Text.Json.Serialization;

namespace Shared.Errors;

[JsonSerializable(typeof(JsonApiError.Errors))]
[JsonSerializable(typeof(FrameworkError.Body))]
[JsonSerializable(typeof(CouchError.Database))]
internal sealed partial class ErrorJson : JsonSerializerContext;

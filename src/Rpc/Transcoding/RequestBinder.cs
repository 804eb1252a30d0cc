using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Rpc.Transcoding;

/// <summary>
/// Makes the request message of a method: the body first, then what the query gives, then the path. A query parameter cannot reach
/// a field that the path or the body fills, and a body cannot contradict the path.
/// </summary>
internal sealed class RequestBinder(MessageDescriptor type, HttpBinding binding, int maxBodySize, string malformedBody)
{
    public async Task<IMessage> BindAsync(HttpContext http)
    {
        var message = binding.HasBody
            ? await JsonBody.ReadAsync(http.Request, type, binding.BodyField, maxBodySize, malformedBody)
            : type.Parser.ParseFrom(ByteString.Empty);
        if (binding.TakesQuery && http.Request.QueryString.HasValue)
        {
            BindQuery(message, http.Request.QueryString);
        }

        foreach (var (variable, field) in binding.PathVariables)
        {
            BindVariable(message, field, http.GetRawValue(variable)!);
        }

        return message;
    }

    private void BindQuery(IMessage message, QueryString query)
    {
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            var name = pair.DecodeName().ToString();
            if (FieldPath.OfParameter(type, name) is { } field && !IsTaken(field))
            {
                FieldText.Set(message, field, pair.DecodeValue().ToString());
            }
        }
    }

    private bool IsTaken(FieldPath field) =>
        (binding.BodyField is { } body && field.StartsWith(body)) || binding.PathVariables.Any(variable => variable.Field.Overlaps(field));

    private static void BindVariable(IMessage message, FieldPath field, string text)
    {
        var holder = field.Holder(message);
        var before = field.Last.Accessor.GetValue(holder);
        var wasSet = field.Last.HasPresence ? field.Last.Accessor.HasValue(holder) : !FieldShape.IsDefault(before);
        FieldText.Set(message, field, text);
        if (wasSet && !Equals(before, field.Last.Accessor.GetValue(holder)))
        {
            throw new BadRequestException($"{field} differs from the path");
        }
    }
}

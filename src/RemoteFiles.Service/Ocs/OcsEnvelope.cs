using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml;

namespace RemoteFiles.Ocs;

/// <summary>The OCS envelope, <c>{"ocs":{"meta":…,"data":…}}</c>: XML unless JSON is asked for.</summary>
internal static class OcsEnvelope
{
    public static Task WriteAsync(HttpContext context, OcsVersion version, JsonNode data)
    {
        var body = BodyOf(context.Request, version, new("ok", (int)version, "OK"), data);
        if (HttpMethods.IsGet(context.Request.Method))
        {
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"";
            context.Response.Headers.ETag = tag;
            if (context.Request.Headers.IfNoneMatch.ToString() == tag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }

        return WriteAsync(context, StatusCodes.Status200OK, body);
    }

    public static Task WriteFailureAsync(HttpContext context, OcsVersion version, int status, int code, string message) =>
        WriteAsync(context, status, BodyOf(context.Request, version, new("failure", code, message), new JsonArray()));

    private static Task WriteAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = WantsJson(context.Request) ? "application/json; charset=utf-8" : "application/xml; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static byte[] BodyOf(HttpRequest request, OcsVersion version, Meta meta, JsonNode data)
    {
        var members = new JsonObject { ["status"] = meta.Status, ["statuscode"] = meta.Code, ["message"] = meta.Message };
        if (version == OcsVersion.V1)
        {
            members["totalitems"] = "";
            members["itemsperpage"] = "";
        }

        var ocs = new JsonObject { ["meta"] = members, ["data"] = data };
        return Encoding.UTF8.GetBytes(WantsJson(request) ? new JsonObject { ["ocs"] = ocs }.ToJsonString() : Xml(ocs));
    }

    private static bool WantsJson(HttpRequest request) => request.Query["format"].ToString() switch
    {
        "json" => true,
        "xml" => false,
        _ => request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase),
    };

    private static string Xml(JsonObject ocs)
    {
        var text = new StringBuilder("<?xml version=\"1.0\"?>\n");
        using (var xml = XmlWriter.Create(text, new() { OmitXmlDeclaration = true, Indent = true, IndentChars = " ", CheckCharacters = false }))
        {
            Write(xml, "ocs", ocs);
        }

        return text.ToString();
    }

    // Arrays become repeated <element>s, true is 1, false and null are empty.
    private static void Write(XmlWriter xml, string name, JsonNode? node)
    {
        xml.WriteStartElement(XmlConvert.EncodeLocalName(name));
        switch (node)
        {
            case JsonObject members:
                foreach (var (key, value) in members)
                {
                    Write(xml, key, value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Write(xml, "element", item);
                }

                break;
            case JsonValue value:
                xml.WriteString(value.TryGetValue(out bool flag) ? flag ? "1" : "" : Convert.ToString(value.GetValue<object>(), CultureInfo.InvariantCulture));
                break;
        }

        xml.WriteEndElement();
    }

    private sealed record Meta(string Status, int Code, string Message);
}

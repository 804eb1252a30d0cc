using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml;

namespace RemoteFiles.Ocs;

/// <summary>The two prefixes of OCS; success is 100 in the first and 200 in the second.</summary>
internal enum OcsVersion
{
    V1 = 100,
    V2 = 200,
}

/// <summary>The OCS envelope, <c>{"ocs":{"meta":…,"data":…}}</c>: XML unless JSON is asked for.</summary>
internal static class OcsEnvelope
{
    public static Task WriteAsync(HttpContext context, OcsVersion version, JsonNode data) =>
        WriteAsync(context, StatusCodes.Status200OK, "ok", (int)version, "OK", data);

    public static Task WriteFailureAsync(HttpContext context, int status, int code, string message) =>
        WriteAsync(context, status, "failure", code, message, new JsonArray());

    private static Task WriteAsync(HttpContext context, int status, string word, int code, string message, JsonNode data)
    {
        var ocs = new JsonObject
        {
            ["meta"] = new JsonObject { ["status"] = word, ["statuscode"] = code, ["message"] = message },
            ["data"] = data,
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = WantsJson(context.Request) ? "application/json; charset=utf-8" : "application/xml; charset=utf-8";
        var text = WantsJson(context.Request) ? new JsonObject { ["ocs"] = ocs }.ToJsonString() : Xml(ocs);
        return context.Response.WriteAsync(text, context.RequestAborted);
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
        using (var xml = XmlWriter.Create(text, new() { OmitXmlDeclaration = true, Indent = true, IndentChars = " " }))
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
}

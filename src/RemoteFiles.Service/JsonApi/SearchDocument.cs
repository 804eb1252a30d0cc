using System.Text.Json.Nodes;
using Google.Protobuf;
using Protos;
using RemoteFiles.Files;

namespace RemoteFiles.JsonApi;

/// <summary>An entry of the drive as a search sees it: the attributes of its resource beside <c>_id</c> and <c>_rev</c>, and a file's path too.</summary>
internal static class SearchDocument
{
    public static CozyFile Resource(Entry entry, string instanceUrl)
    {
        var resource = CozyFiles.Of(entry, instanceUrl);
        resource.Attributes.Path = entry.Path.ToString();
        return resource;
    }

    public static JsonObject Of(Entry entry, string instanceUrl)
    {
        var json = JsonNode.Parse(JsonFormatter.Default.Format(Resource(entry, instanceUrl).Attributes))!.AsObject();
        json["_id"] = entry.Id;
        json["_rev"] = entry.Cozy!.Rev;
        json["_type"] = "io.cozy.files";
        return json;
    }
}

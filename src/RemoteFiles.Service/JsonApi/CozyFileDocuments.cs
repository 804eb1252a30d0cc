using System.Text.Json.Nodes;
using RemoteFiles.Files;
using Rpc.Transcoding;

namespace RemoteFiles.JsonApi;

/// <summary>An entry of the drive as the document that a database would show: what JSON:API calls attributes, with its id and revision.</summary>
internal static class CozyFileDocuments
{
    public const string Doctype = "io.cozy.files";

    public static JsonObject Of(Entry entry, string instanceUrl)
    {
        var resource = CozyFiles.Of(entry, instanceUrl);
        var json = resource.Attributes.ToJson();
        json["_id"] = entry.Id;
        json["_rev"] = resource.Meta.Rev;
        json["_type"] = Doctype;
        return json;
    }
}

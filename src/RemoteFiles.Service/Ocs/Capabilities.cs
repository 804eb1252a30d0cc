using System.Text.Json.Nodes;

namespace RemoteFiles.Ocs;

/// <summary>What this server tells sync clients that it can do. A block that is left out switches a feature off; one with a member missing breaks apps.</summary>
internal static class Capabilities
{
    private const string Version = """{"major":32,"minor":0,"micro":1,"string":"32.0.1","edition":"","extendedSupport":false}""";

    // No "bulkupload": an empty file among others ends the request in the desktops that use it (3.7); all fall back to single PUTs.
    private const string All = """
        {
          "core": {"pollinterval": 60, "webdav-root": "remote.php/webdav"},
          "dav": {"chunking": "1.0"},
          "files": {
            "bigfilechunking": true, "undelete": true, "delete_from_trash": true, "versioning": true,
            "chunked_upload": {"max_size": 104857600, "max_parallel_count": 5},
            "forbidden_filenames": [], "forbidden_filename_basenames": [], "forbidden_filename_characters": ["\\", "/"],
            "forbidden_filename_extensions": [], "blacklisted_files": [], "windows_compatible_filenames": false
          },
          "checksums": {"supportedTypes": ["SHA1", "MD5", "SHA256", "ADLER32"], "preferredUploadType": "SHA1"},
          "files_sharing": {"api_enabled": false, "resharing": false, "public": {"enabled": false}}
        }
        """;

    /// <summary>To a stranger the version alone.</summary>
    public static JsonObject Of(bool isLoggedIn) => new()
    {
        ["version"] = JsonNode.Parse(Version),
        ["capabilities"] = isLoggedIn ? JsonNode.Parse(All) : new JsonObject(),
    };
}

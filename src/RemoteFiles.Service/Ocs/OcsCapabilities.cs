using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RemoteFiles.Access;

namespace RemoteFiles.Ocs;

/// <summary>
/// What this server can, in the words apps decide by. Apps read a block strictly: one that would be incomplete is left out whole.
/// </summary>
internal static partial class OcsCapabilities
{
    private const string Color = "#1f7ae0";

    public static Task<JsonNode> AnswerAsync(OcsCall call)
    {
        var capabilities = new JsonObject { ["bruteforce"] = new JsonObject { ["delay"] = 0, ["allow-listed"] = false }, ["theming"] = Theming(call) };
        if (call.Password is not null)
        {
            capabilities["core"] = new JsonObject { ["pollinterval"] = 60, ["webdav-root"] = "remote.php/webdav" };

            capabilities["dav"] = Dav(call);
            call.Http.Response.Headers.AppendCommaSeparatedValues("Vary", "User-Agent");
            capabilities["files"] = Files();
            capabilities["checksums"] = new JsonObject { ["supportedTypes"] = Texts("SHA1", "MD5", "SHA256", "ADLER32"), ["preferredUploadType"] = "SHA1" };

            // Said, because some apps take its absence for "on".
            capabilities["files_sharing"] = new JsonObject { ["api_enabled"] = false, ["resharing"] = false, ["public"] = new JsonObject { ["enabled"] = false } };
        }

        return Task.FromResult<JsonNode>(new JsonObject { ["version"] = Version(), ["capabilities"] = capabilities });
    }

    // The version whose protocol this face implements.
    private static JsonObject Version() => new()
    {
        ["major"] = 32, ["minor"] = 0, ["micro"] = 1, ["string"] = "32.0.1", ["edition"] = "", ["extendedSupport"] = false,
    };

    // Desktops before 3.10 break off their own bulk upload at an empty file, for ever; without the word they send one file at a time.
    private static JsonObject Dav(OcsCall call) =>
        OldDesktop().IsMatch(call.Http.Request.Headers.UserAgent.ToString())
            ? new() { ["chunking"] = "1.0" }
            : new() { ["chunking"] = "1.0", ["bulkupload"] = "1.0" };

    [GeneratedRegex(@"mirall/(?:[0-2]\.|3\.[0-9]\.)")]
    private static partial Regex OldDesktop();

    private static JsonObject Files() => new()
    {
        ["bigfilechunking"] = true,
        ["undelete"] = true,
        ["delete_from_trash"] = true,
        ["versioning"] = true,
        ["chunked_upload"] = new JsonObject { ["max_size"] = 100 * 1024 * 1024, ["max_parallel_count"] = 5 },
        ["forbidden_filenames"] = Texts(),
        ["forbidden_filename_basenames"] = Texts(),
        ["forbidden_filename_characters"] = Texts("\\", "/"),
        ["forbidden_filename_extensions"] = Texts(),
        ["blacklisted_files"] = Texts(),
        ["windows_compatible_filenames"] = false,
    };

    private static JsonObject Theming(OcsCall call)
    {
        var server = Visitor.ServerOf(call.Http);
        return new()
        {
            ["name"] = "Cozy",
            ["url"] = server,
            ["slogan"] = call.Instance.Domain,
            ["color"] = Color,
            ["color-text"] = "#ffffff",
            ["color-element"] = Color,
            ["color-element-bright"] = Color,
            ["color-element-dark"] = Color,
            ["logo"] = server + "/login/logo.svg",
            ["background"] = Color,
            ["background-plain"] = true,
            ["background-default"] = false,
            ["logoheader"] = server + "/login/logo.svg",
            ["favicon"] = server + "/login/logo.svg",
        };
    }

    private static JsonArray Texts(params string[] texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}

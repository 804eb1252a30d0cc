using RemoteFiles.Files;
using RemoteFiles.Http;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;

namespace RemoteFiles.Content;

/// <summary>The two /remote/nextcloud routes that carry bytes: download (<c>Dl=1</c>) and upload (<c>Type=file</c>).</summary>
internal static class RemoteContent
{
    private const string Template = "/remote/nextcloud/{account}/{path=**}";

    public static void MapRemoteContent(this WebApplication app)
    {
        app.MapRaw("GET", Template, DownloadAsync).WithQuery("Dl", "1")
            .WithMetadata(Admission.Permission("GET", "io.cozy.files"))
            .Describe("The bytes of a file of the Nextcloud; ranges, ETags and HEAD work.")
            .Answers(StatusCodes.Status200OK, "application/octet-stream");
        app.MapRaw("PUT", Template, UploadAsync).WithQuery("Type", "file")
            .WithMetadata(Admission.Permission("POST", "io.cozy.files"))
            .Describe("Stores the body as a new file of the Nextcloud.", "application/octet-stream")
            .Answers(StatusCodes.Status201Created, "application/json");
    }

    private static async Task DownloadAsync(HttpContext context)
    {
        var (remote, file) = await TargetAsync(context);
        await FileResponse.WriteAsync(context, remote.Files, file, ContentDisposition.Attachment(file.Name), entry => entry.ETag);
    }

    private static async Task UploadAsync(HttpContext context)
    {
        var (remote, file) = await TargetAsync(context);
        var upload = new Upload
        {
            Body = UploadBody.Of(context),
            Length = context.Request.ContentLength,
            ContentType = HeaderText.OrNothing(context.Request.ContentType ?? ""),
        };
        await remote.Files.WriteAsync(file, upload, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("{\"ok\":true}\n", context.RequestAborted);
    }

    private static async Task<(RemoteTree Remote, FilePath File)> TargetAsync(HttpContext context)
    {
        var trees = context.RequestServices.GetRequiredService<IFileTrees>();
        var remote = await trees.RemoteAsync(context.Instance().Domain, context.GetRawValue("account")!, context.RequestAborted);
        return (remote, FilePath.Parse(context.GetRawValue("path")!));
    }
}

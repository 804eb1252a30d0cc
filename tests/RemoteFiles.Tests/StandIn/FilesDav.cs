using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace StandIn;

/// <summary>The DAV address of the user's files, <paramref name="root"/>, which ends with a slash.</summary>
internal sealed class FilesDav(StandInTree tree, string root)
{
    // Nextcloud answers 500 to a time within the first day of 1970, and has stored the file by then.
    private const long EarliestTime = 86400;

    public Task AnswerAsync(HttpContext context, string[] path) => context.Request.Method switch
    {
        "PROPFIND" => ListAsync(context, path),
        "GET" or "HEAD" => DownloadAsync(context, path),
        "PUT" => UploadAsync(context, path),
        "MKCOL" => MakeFolderAsync(context, path),
        "DELETE" => DeleteAsync(context, path),
        "MOVE" or "COPY" => RelocateAsync(context, path),
        "PATCH" when context.Request.Headers["X-Recalculate-Hash"] == "sha256" && tree.Find(path) is not FolderNode => HashAsync(context, path),
        var method => SabreAnswer.WriteAsync(context, 501, "NotImplemented", $"There was no plugin in the system that was willing to handle this {method} method."),
    };

    private async Task ListAsync(HttpContext context, string[] path)
    {
        var question = await PropFind.ReadAsync(context);
        if (tree.Find(path) is not { } node)
        {
            await MissingAsync(context, path, "/");
            return;
        }

        var self = Href(path, node);
        await question.BeginAsync();
        await question.RespondAsync(self, PropFind.Properties(node, path.Length == 0 ? root.Split('/')[^2] : node.Name));
        if (node is FolderNode folder && question.WithChildren)
        {
            foreach (var child in tree.ChildrenOf(folder))
            {
                await question.RespondAsync(self + DavPath.Encode(child.Name) + (child is FolderNode ? "/" : ""), PropFind.Properties(child, child.Name));
            }
        }

        await question.EndAsync();
    }

    private async Task DownloadAsync(HttpContext context, string[] path)
    {
        var response = context.Response;
        switch (tree.Find(path))
        {
            case null:
                await MissingAsync(context, path);
                return;
            case FolderNode:
                // An empty page, and no word that it is a folder.
                response.ContentType = "text/html; charset=UTF-8";
                await response.StartAsync();
                return;
            case FileNode file:
                Describe(response, file);
                await SendAsync(context, file);
                return;
        }
    }

    private static async Task SendAsync(HttpContext context, FileNode file)
    {
        var (from, count, response) = (0L, file.Length, context.Response);
        var ifRange = context.Request.Headers.IfRange.ToString();
        if (context.Request.GetTypedHeaders().Range is { Unit.Value: "bytes", Ranges.Count: 1 } range && (ifRange.Length == 0 || ifRange == response.Headers.ETag))
        {
            var part = range.Ranges.First();
            from = part.From ?? Math.Max(0, file.Length - (part.To ?? 0));
            var last = part.From is null ? file.Length - 1 : Math.Min(part.To ?? long.MaxValue, file.Length - 1);
            if (from >= file.Length)
            {
                await SabreAnswer.WriteAsync(
                    context, 416, "RequestedRangeNotSatisfiable", $"The start offset ({from}) exceeded the size of the entity ({file.Length})");
                return;
            }

            count = last - from + 1;
            response.StatusCode = 206;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{last}/{file.Length}");
        }

        response.ContentLength = count;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await using var body = File.OpenRead(file.BodyFile);
        body.Position = from;
        var buffer = new byte[64 * 1024];
        for (int read; count > 0; count -= read)
        {
            read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), context.RequestAborted);
            await response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
        }
    }

    private async Task UploadAsync(HttpContext context, string[] path)
    {
        var request = context.Request;
        var there = tree.Find(path);
        if (await RefusedAsync(context, there) || await ForbiddenNameAsync(context, path))
        {
            return;
        }

        if (there is FolderNode)
        {
            await SabreAnswer.ConflictAsync(context, "PUT is not allowed on non-files.");
            return;
        }

        switch (tree.Find(path[..^1]))
        {
            case null:
                await MissingAsync(context, path[..^1], "/");
                return;
            case FileNode file:
                await SabreAnswer.NotFoundAsync(context, $"Node with name '{file.Name}' could not be found");
                return;
            case { IsWritable: false }:
                await SabreAnswer.ForbiddenAsync(context, "Permission denied to create file");
                return;
        }

        // A body that breaks off throws here, and nothing was stored.
        var body = tree.NewBodyFile();
        await using (var stream = File.Create(body))
        {
            await request.Body.CopyToAsync(stream, context.RequestAborted);
        }

        long? seconds = long.TryParse(request.Headers["X-OC-MTime"], CultureInfo.InvariantCulture, out var given) ? given : null;
        var time = seconds is > EarliestTime ? DateTimeOffset.FromUnixTimeSeconds(seconds.Value) : (DateTimeOffset?)null;
        var stored = tree.Store(path, body, request.Headers["OC-Checksum"].ToString(), time);
        if (seconds <= EarliestTime)
        {
            await SabreAnswer.WriteAsync(context, 500, "InvalidArgumentException", "X-OC-MTime header must be a valid positive unix timestamp greater than one day");
            return;
        }

        if (seconds is not null)
        {
            context.Response.Headers["X-OC-MTime"] = "accepted";
        }

        await SabreAnswer.DoneAsync(context, there is null ? 201 : 204, stored);
    }

    private async Task MakeFolderAsync(HttpContext context, string[] path)
    {
        if (await ForbiddenNameAsync(context, path))
        {
            return;
        }

        if (tree.Find(path) is not null)
        {
            context.Response.Headers.Allow = "OPTIONS, GET, HEAD, DELETE, PROPFIND, PUT, PROPPATCH, COPY, MOVE, REPORT";
            await SabreAnswer.WriteAsync(context, 405, "MethodNotAllowed", "The resource you tried to create already exists");
            return;
        }

        await (tree.Find(path[..^1]) switch
        {
            null => SabreAnswer.ConflictAsync(context, "Parent node does not exist"),
            FileNode => SabreAnswer.ConflictAsync(context, "Parent node is not a collection"),
            { IsWritable: false } => SabreAnswer.ForbiddenAsync(context, "Permission denied to create directory"),
            _ => SabreAnswer.DoneAsync(context, 201, tree.MakeFolder(path)),
        });
    }

    private async Task DeleteAsync(HttpContext context, string[] path)
    {
        var node = tree.Find(path);
        if (await RefusedAsync(context, node))
        {
            return;
        }

        if (node is null)
        {
            await MissingAsync(context, path);
        }
        else if (path.Length == 0)
        {
            await SabreAnswer.ForbiddenAsync(context, "Permission denied to delete home folder");
        }
        else if (!node.IsWritable)
        {
            await SabreAnswer.ForbiddenAsync(context, "Permission denied to delete");
        }
        else
        {
            tree.Delete(node);
            await SabreAnswer.DoneAsync(context, 204);
        }
    }

    private async Task RelocateAsync(HttpContext context, string[] path)
    {
        var (request, move) = (context.Request, context.Request.Method == "MOVE");
        var prefix = root.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!DavPath.TryDecode(request.Headers["Destination"].ToString(), out var target) || !target.Take(prefix.Length).SequenceEqual(prefix))
        {
            await SabreAnswer.ForbiddenAsync(context, "The destination is not below the base address");
            return;
        }

        var to = target[prefix.Length..];
        if (await ForbiddenNameAsync(context, to))
        {
            return;
        }

        var (node, taken) = (tree.Find(path), tree.Find(to));
        await ((node, tree.Find(to[..^1])) switch
        {
            (null, _) => MissingAsync(context, path),
            (_, null) => SabreAnswer.ConflictAsync(context, "The destination node is not found"),
            (_, FileNode) => SabreAnswer.WriteAsync(context, 415, "UnsupportedMediaType", "The destination node is not a collection"),
            _ when taken is not null && request.Headers["Overwrite"] == "F" => SabreAnswer.PreconditionAsync(
                context, "Overwrite", "The destination node already exists, and the overwrite header is set to false"),
            _ when path.SequenceEqual(to) => SabreAnswer.ForbiddenAsync(context, "Source and destination uri are identical."),
            _ when to.Length > path.Length && to.Take(path.Length).SequenceEqual(path) => SabreAnswer.ConflictAsync(
                context, "The destination may not be part of the same subtree as the source path."),
            ({ IsWritable: false }, _) when move => SabreAnswer.ForbiddenAsync(context, "Permission denied to move"),
            (_, { IsWritable: false }) => SabreAnswer.ForbiddenAsync(context, "Permission denied to write there"),
            _ => RelocatedAsync(),
        });

        Task RelocatedAsync()
        {
            var done = node!;
            if (move)
            {
                tree.Move(done, to);
            }
            else
            {
                done = tree.Copy(done, to);
            }

            return SabreAnswer.DoneAsync(context, taken is null ? 201 : 204, done);
        }
    }

    // It reads the file, and replaces the checksum that it was told with the file.
    private async Task HashAsync(HttpContext context, string[] path)
    {
        if (tree.Find(path) is not FileNode file)
        {
            await MissingAsync(context, path);
            return;
        }

        await using (var body = File.OpenRead(file.BodyFile))
        {
            file.Checksum = "SHA256:" + Convert.ToHexStringLower(await SHA256.HashDataAsync(body, context.RequestAborted));
        }

        context.Response.StatusCode = 204;
        context.Response.Headers["OC-Checksum"] = file.Checksum;
    }

    /// <summary>The conditions of RFC 9110: only a file has an ETag, so that If-Match never holds for a folder, or for nothing.</summary>
    private static async Task<bool> RefusedAsync(HttpContext context, Node? node)
    {
        var headers = context.Request.Headers;
        if (headers.IfMatch.Count > 0 && !(node is FileNode && headers.IfMatch.ToString() is var tag && (tag == "*" || tag == $"\"{node.ETag}\"")))
        {
            await SabreAnswer.PreconditionAsync(context, "If-Match", "An If-Match header was specified, but none of the specified ETags matched.");
            return true;
        }

        if (headers.IfNoneMatch == "*" && node is not null)
        {
            await SabreAnswer.PreconditionAsync(context, "If-None-Match", "An If-None-Match header was specified, but the ETag matched (or * was specified).");
            return true;
        }

        return false;
    }

    private static async Task<bool> ForbiddenNameAsync(HttpContext context, string[] path)
    {
        if (path.Length == 0 || !path[^1].Contains('\\', StringComparison.Ordinal))
        {
            return false;
        }

        await SabreAnswer.InvalidPathAsync(context, "\"\\\" is not allowed inside a file or folder name.");
        return true;
    }

    private static void Describe(HttpResponse response, FileNode file)
    {
        var name = Uri.EscapeDataString(file.Name);
        response.ContentType = ContentTypes.OfDownload(file.Name);
        response.Headers.LastModified = file.ModifiedAt.ToString("R", CultureInfo.InvariantCulture);
        response.Headers.ETag = $"\"{file.ETag}\"";
        response.Headers["OC-ETag"] = $"\"{file.ETag}\"";
        response.Headers.ContentDisposition = $"attachment; filename*=UTF-8''{name}; filename=\"{name}\"";
    }

    /// <summary>Encoded; a folder's ends with a slash.</summary>
    public string Href(string[] path, Node node) => path.Length == 0 ? root : root + string.Join('/', path.Select(DavPath.Encode)) + (node is FolderNode ? "/" : "");

    private static Task MissingAsync(HttpContext context, string[] path, string prefix = "") =>
        SabreAnswer.NotFoundAsync(context, $"File with name {prefix}/{string.Join('/', path)} could not be located");
}

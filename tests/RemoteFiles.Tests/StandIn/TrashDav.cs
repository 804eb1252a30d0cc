using Microsoft.AspNetCore.Http;

namespace StandIn;

/// <summary>The DAV address of the trash, <paramref name="root"/>, which ends with <c>/trash/</c>.</summary>
internal sealed class TrashDav(StandInTree tree, string root)
{
    public Task AnswerAsync(HttpContext context, string[] path) => context.Request.Method switch
    {
        "PROPFIND" => ListAsync(context, path),
        "MOVE" when path is [var key] => RestoreAsync(context, key),
        "DELETE" when path.Length == 0 => EmptyAsync(context),
        "DELETE" when path is [var key] => ForgetAsync(context, key),
        _ => SabreAnswer.ForbiddenAsync(context, "Not allowed to change what is inside the trash"),
    };

    private async Task ListAsync(HttpContext context, string[] path)
    {
        var question = await PropFind.ReadAsync(context);
        if (path.Length == 0)
        {
            await question.BeginAsync();
            await question.RespondAsync(root, new Dictionary<string, string> { ["d:resourcetype"] = "<d:collection/>" });
            foreach (var item in question.WithChildren ? tree.Trash : [])
            {
                await RespondAsync(question, item, root + DavPath.Encode(item.Key), item.Node, item.From);
            }

            await question.EndAsync();
            return;
        }

        if (Item(path[0]) is not { } trashed || Below(trashed.Node, path[1..]) is not { } node)
        {
            await SabreAnswer.NotFoundAsync(context, "");
            return;
        }

        var href = root + string.Join('/', path.Select(DavPath.Encode));
        string[] from = [.. trashed.From, .. path[1..]];
        await question.BeginAsync();
        await RespondAsync(question, trashed, href, node, from);
        foreach (var child in question.WithChildren && node is FolderNode folder ? tree.ChildrenOf(folder) : [])
        {
            await RespondAsync(question, trashed, $"{href}/{DavPath.Encode(child.Name)}", child, [.. from, child.Name]);
        }

        await question.EndAsync();
    }

    private async Task RestoreAsync(HttpContext context, string key)
    {
        if (Item(key) is not { } item)
        {
            await SabreAnswer.NotFoundAsync(context, "");
        }
        else if (context.Request.Headers["Overwrite"] == "F")
        {
            // Nextcloud takes the item itself for what is in the way.
            await SabreAnswer.PreconditionAsync(context, "Overwrite", "The destination node already exists, and the overwrite header is set to false");
        }
        else
        {
            tree.Restore(item);
            await SabreAnswer.DoneAsync(context, 201);
        }
    }

    private Task ForgetAsync(HttpContext context, string key) => Item(key) is { } item && tree.Forget(item)
        ? SabreAnswer.DoneAsync(context, 204)
        : SabreAnswer.NotFoundAsync(context, "");

    private Task EmptyAsync(HttpContext context)
    {
        tree.EmptyTrash();
        return SabreAnswer.DoneAsync(context, 204);
    }

    private static Task RespondAsync(PropFind question, TrashedNode item, string href, Node node, string[] from) =>
        question.RespondAsync(href + (node is FolderNode ? "/" : ""), PropFind.Properties(node, from[^1], string.Join('/', from), item.DeletedAt));

    private TrashedNode? Item(string key) => tree.Trash.FirstOrDefault(item => item.Key == key);

    private Node? Below(Node node, string[] path) =>
        path.Length == 0 ? node
        : node is FolderNode folder && tree.ChildrenOf(folder).FirstOrDefault(child => child.Name == path[0]) is { } next ? Below(next, path[1..])
        : null;
}

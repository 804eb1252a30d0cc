using Microsoft.AspNetCore.Http;

namespace StandIn;

/// <summary>SEARCH (RFC 5323) above all collections: the user's files, by their ids.</summary>
internal static class FilesSearch
{
    public static async Task AnswerAsync(HttpContext context, StandInTree tree, FilesDav files, string user)
    {
        if (await PropFind.ReadSearchAsync(context) is not var (question, scope, ids))
        {
            await SabreAnswer.WriteAsync(context, 400, "BadRequest", "the stand-in looks for ids alone");
            return;
        }

        if (scope != "/files/" + user)
        {
            // As it is, not decoded.
            await SabreAnswer.NotFoundAsync(context, $"File not found: {scope}");
            return;
        }

        await question.BeginAsync();
        await FindAsync([]);
        await question.EndAsync();

        async Task FindAsync(string[] path)
        {
            foreach (var child in tree.ChildrenOf((FolderNode)tree.Find(path)!))
            {
                string[] below = [.. path, child.Name];
                if (ids.Contains(child.Id))
                {
                    await question.RespondAsync(files.Href(below, child), PropFind.Properties(child, child.Name));
                }

                if (child is FolderNode)
                {
                    await FindAsync(below);
                }
            }
        }
    }
}

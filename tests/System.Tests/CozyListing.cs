using Bridge;
using Bridge.Demo;

namespace SystemTests;

/// <summary>Counts what is really in a folder of a Cozy, page by page and folder by folder.</summary>
internal static class CozyListing
{
    public static async Task<int> CountFilesAsync(this CozyClient cozy, string folder, CancellationToken ct)
    {
        var found = await cozy.StatAsync(folder, ct) ?? throw new InvalidOperationException($"{folder} is missing");
        var count = 0;
        var folders = new Queue<string>([found["id"]!.GetValue<string>()]);
        while (folders.TryDequeue(out var id))
        {
            for (var next = $"/files/{id}?page%5Blimit%5D=100"; next is not null;)
            {
                var page = await cozy.GetAsync(next, ct);
                foreach (var child in page["included"]?.AsArray() ?? [])
                {
                    if (child!["attributes"]!["type"]!.GetValue<string>() == "directory")
                    {
                        folders.Enqueue(child["id"]!.GetValue<string>());
                    }
                    else
                    {
                        count++;
                    }
                }

                next = page["links"]?["next"]?.GetValue<string>();
            }
        }

        return count;
    }
}

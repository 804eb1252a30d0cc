using System.Security.Cryptography;
using Bridge;

namespace SystemTests;

/// <summary>A load below which something else is done: files large enough to have a content of their own come, and go for good.</summary>
internal static class PassingFiles
{
    /// <summary>How many came and went until it was stopped.</summary>
    public static async Task<int> ComeAndGoAsync(CozyClient alma, CancellationToken ct)
    {
        var changes = 0;
        try
        {
            while (true)
            {
                var name = $"passing {changes++}";
                await alma.UploadAsync("io.cozy.files.root-dir", name, new MemoryStream(RandomNumberGenerator.GetBytes(50_000)), 50_000, ct);
                var id = (string)(await alma.StatAsync("/" + name, ct))!["id"]!;
                await alma.SendAsync(HttpMethod.Delete, $"/files/{id}", null, ct);
                await alma.SendAsync(HttpMethod.Delete, $"/files/trash/{id}", null, ct);
            }
        }
        catch (OperationCanceledException)
        {
            return changes;
        }
    }
}

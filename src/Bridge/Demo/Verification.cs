using System.Globalization;
using System.Security.Cryptography;

namespace Bridge.Demo;

/// <summary>Reads every migrated file back and compares it with what was made: bytes by SHA-256, and the date to the second.</summary>
internal static class Verification
{
    /// <summary>What differs, a line each; empty when everything arrived.</summary>
    public static async Task<IReadOnlyList<string>> CompareAsync(CozyClient cozy, SampleTree sample, string target, Action onFile, CancellationToken ct)
    {
        var differences = new List<string>();
        foreach (var file in sample.Files)
        {
            if (await DifferenceAsync(cozy, file, target + file.Path, ct) is { } difference)
            {
                differences.Add($"{file.Path}: {difference}");
            }

            onFile();
        }

        foreach (var folder in SampleTree.AllFolders)
        {
            if (await cozy.StatAsync($"{target}/{folder}", ct) is null)
            {
                differences.Add($"/{folder}: the folder is missing");
            }
        }

        return differences;
    }

    private static async Task<string?> DifferenceAsync(CozyClient cozy, SampleFile file, string path, CancellationToken ct)
    {
        if (await cozy.StatAsync(path, ct) is not { } found)
        {
            return "it is missing";
        }

        await using var body = await cozy.DownloadAsync(path, ct);
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(body, ct)) != file.Sha256())
        {
            return "its bytes differ";
        }

        var updated = DateTimeOffset.Parse(found["attributes"]!["updated_at"]!.GetValue<string>(), CultureInfo.InvariantCulture);
        return updated.ToUnixTimeSeconds() == file.ModifiedAt.ToUnixTimeSeconds() ? null : $"its date is {updated:O}";
    }
}

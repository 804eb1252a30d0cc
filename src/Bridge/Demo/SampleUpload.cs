namespace Bridge.Demo;

/// <summary>Puts a sample into a Cozy.</summary>
internal static class SampleUpload
{
    /// <summary>All of it, folders first.</summary>
    public static async Task FillAsync(this CozyClient cozy, SampleTree sample, CancellationToken ct)
    {
        var folders = new Dictionary<string, string> { [""] = await cozy.MakeDirectoryAsync("", ct) };
        foreach (var folder in SampleTree.AllFolders)
        {
            folders["/" + folder] = await cozy.MakeDirectoryAsync("/" + folder, ct);
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct };
        await Parallel.ForEachAsync(sample.Files, options, async (file, stop) => await cozy.UploadAsync(folders[file.Folder], file, stop));
    }

    public static async Task UploadAsync(this CozyClient cozy, string directoryId, SampleFile file, CancellationToken ct)
    {
        using var body = new MemoryStream(file.Content());
        await cozy.UploadAsync(directoryId, file.Name, body, body.Length, ct, file.ModifiedAt);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Spectre.Console;
using SystemTests;

namespace Bench;

/// <summary>What is in the images: each program as the Dockerfile publishes it, alone and with the framework that its base image has.</summary>
internal sealed partial class ImageBench : IBench
{
    private static readonly string[] Programs = ["Edge", "RemoteFiles.Service", "Migration.Service", "Bridge"];

    public string Name => "images";

    public string Summary => "the size of each image: its own files, and those with the framework; Alpine and its ICU, some 15 MB, come on top. The aim is 130 MB";

    public async Task RunAsync(string[] arguments, CancellationToken ct)
    {
        var publish = Publish().Match(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "Dockerfile"), ct)).Value;
        var table = new Table().AddColumns("image", "own files (MB)", "with the framework (MB)");
        foreach (var program in Programs)
        {
            var own = await SizeAsync(publish, program, ct);
            var whole = await SizeAsync(publish.Replace("--no-self-contained", "--self-contained", StringComparison.Ordinal), program, ct);
            table.AddRow(program, Megabytes(own), Megabytes(whole));
        }

        AnsiConsole.Write(table);
    }

    private static async Task<long> SizeAsync(string publish, string program, CancellationToken ct)
    {
        var directory = Directory.CreateTempSubdirectory("bridge-image-");
        try
        {
            var start = new ProcessStartInfo("/bin/sh", ["-c", $"{publish}'{directory.FullName}' --nologo -v quiet >&2"]) { WorkingDirectory = Repository.Root };
            (start.Environment["SERVICE"], start.Environment["TARGETARCH"]) = (program, "amd64");
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(ct);
            return process.ExitCode == 0
                ? directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
                : throw new InvalidOperationException($"{program} cannot be published");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"dotnet publish .* -o (?=/app )")]
    private static partial Regex Publish();
}

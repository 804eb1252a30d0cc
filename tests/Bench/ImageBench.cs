using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using SystemTests;

namespace Bench;

/// <summary>What is in the images: each program with the framework, as the Dockerfile publishes it.</summary>
internal sealed class ImageBench : IBench
{
    public string Name => "images";

    public string Summary => "the size of each program with the framework; Alpine, what .NET needs of it and ICU, some 25 MB, come on top. The aim is 130 MB an image";

    public async Task RunAsync(string[] arguments, CancellationToken ct)
    {
        var directory = Directory.CreateTempSubdirectory("bridge-images-");
        try
        {
            using var publish = Process.Start("bash", [Path.Combine(Repository.Root, "tests", "images.sh"), directory.FullName, "musl"]);
            await publish.WaitForExitAsync(ct);
            if (publish.ExitCode != 0)
            {
                throw new InvalidOperationException("the programs cannot be published");
            }

            var table = new Table().AddColumns("image", "program with the framework (MB)");
            foreach (var program in directory.EnumerateDirectories())
            {
                var bytes = program.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
                table.AddRow(program.Name, (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture));
            }

            AnsiConsole.Write(table);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}

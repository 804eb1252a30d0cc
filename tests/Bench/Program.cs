using Bench;
using Spectre.Console;

// Of each bridge that is started from here: what is measured is work, not the limits of one instance.
Environment.SetEnvironmentVariable("Limits__Enabled", "false");

// As the images have it.
Environment.SetEnvironmentVariable("DOTNET_GCgen0size", "0x400000");

IBench[] benches = [new MigrationBench(), new ListingBench(), new DavBench(), new SoakBench(), new ImageBench()];

if (args is [] || benches.SingleOrDefault(bench => bench.Name == args[0]) is not { } chosen)
{
    foreach (var bench in benches)
    {
        AnsiConsole.MarkupLineInterpolated($"./bench [bold]{bench.Name}[/]  {bench.Summary}");
    }

    return args is [] ? 0 : 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
await chosen.RunAsync(args[1..], stop.Token);
return 0;

using System.Text.Json.Nodes;

namespace Bridge;

/// <summary>What a migration would bring, and what not.</summary>
internal static class PreflightSummary
{
    public static void Print(JsonNode found)
    {
        var period = found["oldest"] is null ? "" : $", from {Day(found["oldest"])} to {Day(found["newest"])}";
        Terminal.Line($"Would come: [bold]{(long)found["files"]!} files[/] in {(long)found["folders"]!} folders, {Sizes.Bytes((long)found["bytes"]!)}{period}");
        if (!(bool)found["complete"]!)
        {
            Terminal.Line($"[yellow]![/] There is more than could be looked at in time: these are the least numbers");
        }

        foreach (var left in found["left_out"]!.AsArray())
        {
            Terminal.Line($"Left out: {(long)left!["count"]!}, {Sizes.Bytes((long)left["bytes"]!)}. {(string?)left["explanation"]} [dim]{(string?)left["advice"]}[/]");
        }

        PrintNames(found["names"]!);
        var quota = found["quota"]!;
        var free = quota["free"] is { } bytes ? $"{Sizes.Bytes((long)bytes)} free" : "the Cozy has no limit";
        Terminal.Line((bool)quota["fits"]! ? (FormattableString)$"[green]✓[/] It fits: {free}" : $"[red]✗[/] It does not fit: {free}");
    }

    private static void PrintNames(JsonNode names)
    {
        (string Name, string Words)[] clashes =
            [("same", "seem to be there already"), ("taken", "would get another name, as something else has theirs"), ("twins", "differ from a neighbour in nothing but the form of their letters")];
        foreach (var (name, words) in clashes.Where(clash => (long)names[clash.Name]! > 0))
        {
            Terminal.Line($"{(long)names[name]!} {words}");
        }
    }

    private static string Day(JsonNode? time) => $"{(DateTimeOffset)time!:yyyy-MM-dd}";
}

using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Bridge;

/// <summary>What a command found: a table for people, or with <c>--json</c> the documents themselves for programs.</summary>
internal sealed class Listing
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Option<bool> json = new("--json") { Description = "As JSON, for programs" };

    public static Listing Of(Command command)
    {
        var listing = new Listing();
        command.Options.Add(listing.json);
        return listing;
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(json);

    public static void PrintJson(JsonNode node) => Console.WriteLine(node.ToJsonString(Readable));

    /// <summary>One row a document; in a pipe the columns are divided by tabs.</summary>
    public void Print(ParseResult parsed, JsonArray documents, string none, params (string Title, Func<JsonNode, string> Cell)[] columns)
    {
        if (IsJson(parsed))
        {
            PrintJson(documents);
        }
        else if (Console.IsOutputRedirected)
        {
            foreach (var document in documents)
            {
                Console.WriteLine(string.Join('\t', columns.Select(column => column.Cell(document!))));
            }
        }
        else if (documents.Count == 0)
        {
            Terminal.Line($"[dim]{none}[/]");
        }
        else
        {
            PrintTable(documents, columns);
        }
    }

    private static void PrintTable(JsonArray documents, (string Title, Func<JsonNode, string> Cell)[] columns)
    {
        var table = new Table().Border(TableBorder.None);
        table.AddColumns([.. columns.Select(column => new TableColumn(new Text(column.Title, new(decoration: Decoration.Bold))).PadRight(2))]);
        foreach (var document in documents)
        {
            table.AddRow(columns.Select(column => new Text(column.Cell(document!))));
        }

        AnsiConsole.Write(table);
    }
}

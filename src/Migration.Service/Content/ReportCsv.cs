using System.Buffers;
using System.Globalization;
using Migration.Migrations;

namespace Migration.Content;

/// <summary>
/// Lines of the report as CSV (RFC 4180). A name that a spreadsheet would run as a formula gets an apostrophe before it,
/// which such a program takes for "this is text".
/// </summary>
internal static class ReportCsv
{
    public const string Head =
        "path,type,outcome,reason,explanation,advice,message,attempts,size,modified_at,source_id,etag,file_id,name,sha256,md5,proof\r\n";

    private static readonly SearchValues<char> Formulas = SearchValues.Create("=+-@\t\r");
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    public static string Row(ReportLine line) => string.Join(',', Cells(line).Select(Cell)) + "\r\n";

    private static string[] Cells(ReportLine line) =>
    [
        line.Path,
        line.IsFolder ? "folder" : "file",
        line.Outcome,
        line.Reason?.Code ?? "",
        line.Reason?.Words ?? "",
        line.Reason?.Advice ?? "",
        line.Message,
        line.Attempts.ToString(CultureInfo.InvariantCulture),
        line.Size.ToString(CultureInfo.InvariantCulture),
        line.ModifiedAt is { } time ? Timestamp.Text(time) : "",
        line.SourceId,
        line.ETag,
        line.FileId,
        line.Name,
        line.Sha256,
        line.Md5,
        line.Proof,
    ];

    private static string Cell(string text)
    {
        var safe = text.Length > 0 && Formulas.Contains(text[0]) ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Quoted) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}

using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Migration.Migrations;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Faults;

namespace Migration.Content;

/// <summary>The report of a migration as a file: CSV or JSON, however long it is.</summary>
internal static class ReportContent
{
    private const string Csv = "text/csv";
    private const string Json = "application/json";
    private const int Page = 500;
    private const int Buffer = 32 * 1024;

    public static void MapReports(this WebApplication app) => app.MapRaw("GET", "/remote/nextcloud/migration/{id}/report", WriteAsync)
        .WithMetadata(Admission.Permission("GET", TrackingDocument.Doctype))
        .Describe("What became of every file: outcome, reason, checksums, and how it was compared with its source.")
        .Reads("format", "csv or json; without it, what Accept prefers.")
        .Reads("outcome", "Only these: imported, identical, renamed, excluded, failed, gone or pending.")
        .Reads("reason", "Only those with this code.")
        .Answers(StatusCodes.Status200OK, Json)
        .Answers(StatusCodes.Status200OK, Csv);

    private static async Task WriteAsync(HttpContext context)
    {
        var (services, query, ct) = (context.RequestServices, context.Request.Query, context.RequestAborted);
        var id = context.GetRawValue("id")!;
        var filter = ReportFilter.Read(query["outcome"], query["reason"]);
        var isCsv = IsCsv(query["format"].ToString(), context.Request.Headers.Accept.ToString());
        _ = await services.GetRequiredService<IMigrations>().FindAsync(context.Instance().Domain, id, ct)
            ?? throw new FaultException(Fault.NotFound, "nextcloud migration not found");
        var lines = LinesAsync(services.GetRequiredService<ILedgerReport>(), id, filter, ct);

        context.Response.ContentType = isCsv ? Csv + "; charset=utf-8" : Json;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"migration-{id}.{(isCsv ? "csv" : "json")}\"";
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Buffer, leaveOpen: true);
        await (isCsv ? WriteCsvAsync(writer, lines) : WriteJsonAsync(writer, lines));
    }

    private static async IAsyncEnumerable<ReportLine> LinesAsync(
        ILedgerReport ledger, string id, ReportFilter filter, [EnumeratorCancellation] CancellationToken ct)
    {
        var last = "";
        while (await ledger.ReportAsync(id, filter, last, Page, ct) is { Count: > 0 } page)
        {
            foreach (var line in page)
            {
                yield return line;
            }

            last = page[^1].Path;
        }
    }

    private static async Task WriteCsvAsync(StreamWriter writer, IAsyncEnumerable<ReportLine> lines)
    {
        await writer.WriteAsync(ReportCsv.Head);
        await foreach (var line in lines)
        {
            await writer.WriteAsync(ReportCsv.Row(line));
        }
    }

    // Closed only when whole: what breaks half way is no JSON.
    private static async Task WriteJsonAsync(StreamWriter writer, IAsyncEnumerable<ReportLine> lines)
    {
        var separator = "[\n";
        await foreach (var line in lines)
        {
            await writer.WriteAsync(separator + JsonSerializer.Serialize(line, ReportJson.Default.ReportLine));
            separator = ",\n";
        }

        await writer.WriteAsync(separator == ",\n" ? "\n]\n" : "[]\n");
    }

    private static bool IsCsv(string format, string accept) => format switch
    {
        "csv" => true,
        "json" => false,
        "" => accept.Contains(Csv, StringComparison.OrdinalIgnoreCase) && !accept.StartsWith(Json, StringComparison.OrdinalIgnoreCase),
        _ => throw new FaultException(Fault.Malformed, "format must be csv or json") { Parameter = "format" },
    };
}

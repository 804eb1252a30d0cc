using System.Text.Json;
using Migration.Migrations;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Faults;

namespace Migration.Documents;

/// <summary>GET /data/io.cozy.nextcloud.migrations/:id: the document as a database would show it (cozy-api section 9).</summary>
internal static class MigrationDocuments
{
    public static void MapMigrationDocuments(this WebApplication app) =>
        app.MapRaw("GET", $"/data/{TrackingDocument.Doctype}/{{id}}", GetAsync).WithMetadata(Admission.AnyToken);

    private static async Task GetAsync(HttpContext context)
    {
        var (id, caller) = (context.GetRawValue("id")!, context.Caller());
        if (caller.Permissions?.AllowsDocument("GET", TrackingDocument.Doctype, id) != true)
        {
            throw new AccessException(Fault.Forbidden, "Forbidden");
        }

        var migrations = context.RequestServices.GetRequiredService<IMigrations>();
        var migration = await migrations.FindAsync(caller.Instance.Domain, id, context.RequestAborted)
            ?? throw new FaultException(Fault.NotFound, "missing");
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Write(migration), context.RequestAborted);
    }

    private static byte[] Write(TrackedMigration migration)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("_id", migration.Id);
            json.WriteString("_rev", migration.Rev);
            json.WriteString("_type", TrackingDocument.Doctype);
            using var document = JsonSerializer.SerializeToDocument(migration.Document, DocumentJson.Default.TrackingDocument);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }
}

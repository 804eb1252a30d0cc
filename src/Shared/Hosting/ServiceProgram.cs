using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shared.Storage;

namespace Shared.Hosting;

/// <summary>What the program of a service does: it serves, or it runs the scripts of its schema and ends.</summary>
internal static class ServiceProgram
{
    private const string MigrateSchema = "--migrate-schema";

    /// <summary>Answers the exit code; what an operator can mend is told in a line.</summary>
    public static async Task<int> RunAsync(this WebApplication app, string[] arguments)
    {
        await using var running = app;
        try
        {
            if (arguments.Contains(MigrateSchema))
            {
                var schema = Schema.Of(app.Services.GetRequiredService<Database>());
                var before = await schema.MigrateAsync(CancellationToken.None);
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"the schema had version {before}, and has version {Math.Max(before, schema.Version)}"));
                return 0;
            }

            // Before the host starts, which would log what is told here in a line.
            await ActivatorUtilities.CreateInstance<SchemaAtStart>(app.Services).StartingAsync(CancellationToken.None);
            await app.RunAsync(url: null);
            return 0;
        }
        catch (SchemaException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Operations;
using Shared.Storage;

namespace Shared.Hosting;

/// <summary>What the program of a service does once it is built: it serves, or it runs the scripts of its schema and ends.</summary>
internal static class ServiceProgram
{
    private const string MigrateSchema = "--migrate-schema";

    public static async Task RunServiceAsync(this WebApplication app, string[] arguments)
    {
        if (!arguments.Contains(MigrateSchema))
        {
            await app.ServeAsync();
            return;
        }

        var start = ActivatorUtilities.CreateInstance<SchemaAtStart>(app.Services);
        var (before, now) = await start.MigrateAsync(CancellationToken.None);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"the schema had version {before}, and has version {now}"));
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shared.Storage;

/// <summary>A service that cannot read its database is not ready.</summary>
internal sealed class StorageHealth(Database database) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await database.ReadAsync(AskAsync, cancellationToken).WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("the database cannot be read", e);
        }
    }

    // Of a table, so that the file, or the server, is asked indeed.
    private static async Task<bool> AskAsync(System.Data.Common.DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM (SELECT 1 FROM documents LIMIT 1) AS found";
        await command.ExecuteScalarAsync();
        return true;
    }
}

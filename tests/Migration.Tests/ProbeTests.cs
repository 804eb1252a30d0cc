using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Migration.Tests.Fakes;
using Shared.Storage;

namespace Migration.Tests;

/// <summary>Startup, live and ready are three questions: what ends each, and what does not.</summary>
public sealed class ProbeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_has_begun_says_yes_to_all_three_and_shutting_down_ends_readiness_alone()
    {
        await using var service = await RunningService.StartAsync();
        Assert.Equal((true, true, true), await AskAsync(service));

        service.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal((true, true, false), await AskAsync(service));
    }

    [Fact]
    public async Task Without_its_database_it_lives_and_is_not_ready_until_that_is_back()
    {
        await using var service = await RunningService.StartAsync();
        var directory = service.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<StorageOptions>>().Value.Directory;
        await ExecuteAsync(directory, "ALTER TABLE documents RENAME TO away");
        Assert.Equal((true, true, false), await AskAsync(service));

        await ExecuteAsync(directory, "ALTER TABLE away RENAME TO documents");
        Assert.Equal((true, true, true), await AskAsync(service));
    }

    [Fact]
    public async Task Without_its_broker_it_lives_and_is_not_ready()
    {
        await using var service = await RunningService.StartAsync(("RabbitMq:Uri", $"amqp://guest:guest@127.0.0.1:{FreePort.Take()}/"));

        Assert.Equal((true, true, false), await AskAsync(service));
    }

    private static async Task<(bool Started, bool Lives, bool IsReady)> AskAsync(RunningService service) =>
        (await AskAsync(service, "/health/startup"), await AskAsync(service, "/health/live"), await AskAsync(service, "/health/ready"));

    private static async Task<bool> AskAsync(RunningService service, string probe)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(MigrationHost.HttpOf(service.App), probe), Ct);
        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable });
        return answer.IsSuccessStatusCode;
    }

    private static async Task ExecuteAsync(string directory, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "migration.db")};Pooling=False");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Ct);
    }
}

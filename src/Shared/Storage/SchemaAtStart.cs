using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Shared.Storage;

/// <summary>The tables are there before the first request is taken.</summary>
internal sealed class SchemaAtStart(Database database, IOptions<StorageOptions> options) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) =>
        options.Value.CreateSchema ? Schema.Of(database).MigrateAsync(cancellationToken) : Schema.Of(database).CheckAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using Migration.Migrations;

namespace Migration.Queue;

internal enum Verdict
{
    /// <summary>On record, or of no use to anyone.</summary>
    Done,

    /// <summary>Not readable: for an operator to see.</summary>
    Dead,
}

/// <summary>What a message means. It never carries state: it says where to look, and what it asks for is on record before it is acknowledged.</summary>
internal sealed partial class CommandHandler(IMigrations migrations, Signal work, TimeProvider clock, ILogger<CommandHandler> log)
{
    public Task<Verdict> RequestedAsync(ReadOnlyMemory<byte> body, CancellationToken ct) => HandleAsync(
        body,
        migration =>
        {
            Look(migration.Id);
            MigrationSpans.Remember(migration.Id);
            work.Set();
            return Task.CompletedTask;
        },
        ct);

    public Task<Verdict> CanceledAsync(ReadOnlyMemory<byte> body, CancellationToken ct) => HandleAsync(
        body,
        async migration =>
        {
            await migrations.ChangeAsync(migration.Id, row => row.Canceled(clock.GetUtcNow()), ct);
            CancelTaken(migration.Id);
        },
        ct);

    /// <summary>A request that nobody could take: its migration must not wait for ever.</summary>
    public Task<Verdict> DeadRequestAsync(ReadOnlyMemory<byte> body, CancellationToken ct) => HandleAsync(
        body,
        async migration =>
        {
            var failed = await migrations.ChangeAsync(
                migration.Id, row => row.FailedBeforeStart("The command to start this migration could not be delivered", clock.GetUtcNow()), ct);
            if (failed is not null)
            {
                Buried(migration.Id);
            }
        },
        ct);

    private async Task<Verdict> HandleAsync(ReadOnlyMemory<byte> body, Func<TrackedMigration, Task> act, CancellationToken ct)
    {
        if (!Command.TryRead(body, out var command))
        {
            Unreadable(body.Length);
            return Verdict.Dead;
        }

        if (!command.IsComplete)
        {
            Incomplete();
        }
        else if (await migrations.FindAsync(command.WorkplaceFqdn!, command.MigrationId!, ct) is { } migration)
        {
            await act(migration);
        }
        else
        {
            Unknown(command.MigrationId!, command.WorkplaceFqdn!);
        }

        return Verdict.Done;
    }

    [LoggerMessage(LogLevel.Debug, "A command asks for migration {Id}", EventName = "queue.requested")]
    private partial void Look(string id);

    [LoggerMessage(LogLevel.Information, "A command cancels migration {Id}", EventName = "queue.canceled")]
    private partial void CancelTaken(string id);

    [LoggerMessage(LogLevel.Error, "The request for migration {Id} came back as a dead letter; the migration is failed", EventName = "queue.buried")]
    private partial void Buried(string id);

    [LoggerMessage(LogLevel.Error, "A message of {Length} bytes is not JSON", EventName = "queue.unreadable")]
    private partial void Unreadable(int length);

    [LoggerMessage(LogLevel.Warning, "A command without migrationId or workplaceFqdn is dropped", EventName = "queue.incomplete")]
    private partial void Incomplete();

    [LoggerMessage(LogLevel.Warning, "A command about migration {Id} of {Instance}, which is not known, is dropped", EventName = "queue.unknown")]
    private partial void Unknown(string id, string instance);
}

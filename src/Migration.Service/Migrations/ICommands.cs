namespace Migration.Migrations;

/// <summary>Tells workers, wherever they run, to look at a migration. Its row says everything; the command carries no state.</summary>
internal interface ICommands
{
    /// <summary>Returns when the command is safe with the broker; throws when it is not, or may not be.</summary>
    Task RequestAsync(TrackedMigration migration, CancellationToken ct);

    /// <inheritdoc cref="RequestAsync"/>
    Task CancelAsync(TrackedMigration migration, CancellationToken ct);
}

/// <summary>No broker: the worker of this process is woken by whoever wrote the row.</summary>
internal sealed class LocalCommands : ICommands
{
    public Task RequestAsync(TrackedMigration migration, CancellationToken ct) => Task.CompletedTask;

    public Task CancelAsync(TrackedMigration migration, CancellationToken ct) => Task.CompletedTask;
}

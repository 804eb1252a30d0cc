using Migration.Migrations;

namespace Migration.Tests.Fakes;

/// <summary>A broker that is away.</summary>
internal sealed class BrokenCommands : ICommands
{
    public Task RequestAsync(TrackedMigration migration, CancellationToken ct) => throw new IOException("no broker");

    public Task CancelAsync(TrackedMigration migration, CancellationToken ct) => throw new IOException("no broker");
}

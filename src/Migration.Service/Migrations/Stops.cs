using Shared.Faults;

namespace Migration.Migrations;

/// <summary>Another worker has the migration, or it has ended: this one must not write any more.</summary>
internal sealed class LeaseLostException(string migration) : Exception($"the lease of migration {migration} is lost");

/// <summary>No further file can arrive, so the run ends: as failed, or until what it waits for has come.</summary>
internal sealed class RunStoppedException(Fault fault, string reason) : Exception(reason)
{
    /// <summary>What the last answer was.</summary>
    public Fault Fault { get; } = fault;

    /// <summary>One of <see cref="WaitReasons"/>; null when waiting cannot help.</summary>
    public string? WaitFor { get; init; }
}

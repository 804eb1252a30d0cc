using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>What ends a migration as failed, and with which reason.</summary>
public sealed class EndTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_source_that_is_not_there_fails_with_its_path()
    {
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync("/Fotos"));

        Assert.Equal(MigrationStatus.Failed, document.Status);
        Assert.Equal("Source path not found in Nextcloud: /Fotos", document.FailureReason);
        Assert.Equal(("", document.FailureReason), (Assert.Single(document.Errors).Path, document.Errors[0].Message));
        Assert.NotNull(document.FinishedAt);
    }

    [Fact]
    public async Task A_source_larger_than_the_free_space_fails_before_a_byte_moves()
    {
        rig.Remote.File("/a.bin", 1000);
        rig.Remote.FreeSpace = 400;
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal("Insufficient quota: need 1000 bytes, only 400 available", document.FailureReason);
        Assert.Equal(0, rig.Remote.Fetches);
    }

    [Fact]
    public async Task A_nextcloud_that_stays_away_from_the_start_fails_with_its_words_and_another_may_follow()
    {
        rig.Remote.File("/a.txt").OnSize = () => throw new FaultException(Fault.Unavailable, "the Nextcloud is in maintenance");
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());
        rig.Remote.OnSize = null;
        var second = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Contains("the Nextcloud is in maintenance", document.FailureReason, StringComparison.Ordinal);
        Assert.Equal(MigrationStatus.Completed, second.Status);
    }

    [Fact]
    public async Task An_error_of_this_server_fails_the_migration_and_tells_no_detail()
    {
        rig.Remote.File("/a.txt").OnFetch = (_, _) => throw new InvalidOperationException("connection string=secret");
        await rig.StartWorkerAsync();

        var document = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal("An error of this server ended the migration", document.FailureReason);
    }
}

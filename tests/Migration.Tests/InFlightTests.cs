using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>What a file shows of itself before it is here.</summary>
public sealed class InFlightTests : IAsyncLifetime
{
    private const long Size = 10_000_000;

    private readonly Rig rig = new();
    private readonly SemaphoreSlim gate = new(0);

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        gate.Dispose();
        return rig.DisposeAsync();
    }

    [Fact]
    public async Task A_large_file_shows_how_much_of_it_is_here_and_counts_as_imported_at_its_end()
    {
        rig.Remote.File("/large", Size).OnArriving = (_, arriving) => arriving.Report(4_000_000);
        rig.Remote.OnFetch = (_, ct) => gate.WaitAsync(ct);
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();

        var half = await rig.UntilAsync(id, document => document.Progress.BytesInFlight > 0);
        gate.Release();
        var end = await rig.FinishAsync(id);

        Assert.Equal(new Progress(0, 1, 0, Size) { BytesInFlight = 4_000_000 }, half.Progress);
        Assert.Equal(new Progress(1, 1, Size, Size), end.Progress);
    }

    [Fact]
    public async Task What_breaks_off_and_begins_anew_is_counted_once()
    {
        var attempts = 0;
        rig.Remote.File("/large", Size).OnArriving = (_, arriving) => arriving.Report(++attempts == 1 ? 4_000_000 : 1_000_000);
        rig.Remote.OnFetch = (_, ct) => attempts == 1 ? throw new FaultException(Fault.BadGateway, "cut") : gate.WaitAsync(ct);
        await rig.StartWorkerAsync();
        var id = await rig.TriggerAsync();

        var again = await rig.UntilAsync(id, document => attempts == 2 && document.Progress.BytesInFlight == 1_000_000);
        gate.Release();
        var end = await rig.FinishAsync(id);

        Assert.Equal(new Progress(0, 1, 0, Size) { BytesInFlight = 1_000_000 }, again.Progress);
        Assert.Equal(new Progress(1, 1, Size, Size), end.Progress);
    }

    [Fact]
    public async Task What_is_given_up_is_in_flight_no_more()
    {
        rig.Remote.File("/large", Size).OnArriving = (_, arriving) => arriving.Report(4_000_000);
        rig.Remote.OnFetch = (_, _) => throw new FaultException(Fault.Forbidden, "no");
        await rig.StartWorkerAsync();

        var end = await rig.FinishAsync(await rig.TriggerAsync());

        Assert.Equal(new Progress(0, 1, 0, Size), end.Progress);
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RemoteFiles.Drive;
using RemoteFiles.Files;
using Shared.Storage;
using Tests.Storage;

namespace RemoteFiles.Tests.Drive;

public sealed class DriveRegistrationTests : DriveTests
{
    [Fact]
    public async Task A_drive_without_its_directory_stops_the_start()
    {
        using var host = Host([]);

        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Ct));
    }

    [Fact]
    public async Task A_started_drive_is_ready_has_its_quota_and_is_swept()
    {
        var blobs = Path.Combine(Test.Directory, "other blobs");
        var old = Directory.CreateDirectory(Path.Combine(blobs, "incoming")).FullName + "/" + new string('a', 32);
        await File.WriteAllTextAsync(old, "half", Ct);
        File.SetLastWriteTimeUtc(old, DateTime.UnixEpoch);
        using var host = Host(new() { ["Drive:Directory"] = blobs }, (_, _) => Task.FromResult<long?>(7));

        await host.StartAsync(Ct);

        var drive = host.Services.GetRequiredService<DriveStore>().Open("alma");
        await drive.MakeFolderAsync(At("/folder"), Ct);
        Assert.Equal(new(0, 7), await drive.GetSpaceAsync(Ct));
        await UntilAsync(() => !File.Exists(old));
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task The_contents_of_a_large_trash_are_removed_behind_the_answer()
    {
        var blobs = Path.Combine(Test.Directory, "other blobs");
        using var host = Host(new() { ["Drive:Directory"] = blobs });
        await host.StartAsync(Ct);
        var drive = host.Services.GetRequiredService<DriveStore>().Open("alma");
        await drive.MakeFolderAsync(At("/folder"), Ct);
        await Parallel.ForAsync(0, 600, Ct, async (i, ct) => await drive.WriteAsync(At($"/folder/{i}"), new() { Body = new MemoryStream([1]) }, ct));
        await drive.DeleteAsync(At("/folder"), null, Ct);

        await drive.EmptyAsync(Ct);

        await UntilAsync(() => Directory.GetFiles(blobs, "*", SearchOption.AllDirectories).Length == 0);
        await host.StopAsync(Ct);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, Ct);
        }
    }

    private IHost Host(Dictionary<string, string?> settings, DriveQuota? quota = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton(TestEngine.Open(Path.Combine(Test.Directory, "other"), "other.db")).AddHostedService<SchemaAtStart>();
        if (quota is not null)
        {
            builder.Services.AddSingleton(quota);
        }

        builder.Services.AddDrive();
        return builder.Build();
    }
}

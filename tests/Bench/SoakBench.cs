using System.Globalization;
using Bridge;
using Bridge.Demo;
using StandIn;
using SystemTests.Replicas;

namespace Bench;

/// <summary>
/// Not how fast, but for how long: many clients that look for changes, migrations beside them, and what that does to answers and memory,
/// of an edge and two replicas of each service over PostgreSQL and RabbitMQ.
/// </summary>
internal sealed class SoakBench : IBench
{
    private const int Replicas = 2;
    private const int Instances = 10;
    private const int Migrations = 3;
    private const int SourceFiles = 300;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MigrationLook = TimeSpan.FromSeconds(1);

    public string Name => "soak";

    public string Summary => "[minutes] [clients]: sync clients and migrations for 15 minutes, 500 clients; tells the times of a root PROPFIND, failures, and how memory grows";

    public async Task RunAsync(string[] arguments, CancellationToken ct)
    {
        var minutes = Number(arguments, 0, 15);
        var clients = (int)Number(arguments, 1, 500);
        await using var nextcloud = await StandInNextcloud.StartAsync();
        for (var i = 0; i < SourceFiles; i++)
        {
            nextcloud.Tree.AddFile($"/folder {i % 10}/file {i}.bin", FileSet.Small.ContentOf(i));
        }

        await using var bridge = await ReplicaTopology.StartAsync(Replicas, ct);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { BaseAddress = bridge.Address };
        var (logins, cozies) = await AddInstancesAsync(bridge, ct);
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{clients} clients and {Migrations} migrations at once, for {minutes:0.#} minutes"));

        var figures = new SoakFigures();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        over.CancelAfter(TimeSpan.FromMinutes(minutes));
        var syncing = Enumerable.Range(0, clients).Select(i => new SyncClient(http, logins[i % Instances], i, figures).RunAsync(over.Token));
        var migrating = cozies.Take(Migrations).Select(cozy => MigrateAsync(cozy, nextcloud, figures, over.Token));
        await Task.WhenAll([.. syncing, .. migrating, WatchAsync(bridge, figures, over.Token)]);
        ct.ThrowIfCancellationRequested();
        figures.Print();
    }

    private static double Number(string[] arguments, int place, double otherwise) =>
        arguments.Length > place ? double.Parse(arguments[place], CultureInfo.InvariantCulture) : otherwise;

    private static async Task<(SoakLogin[] Logins, CozyClient[] Cozies)> AddInstancesAsync(ReplicaTopology bridge, CancellationToken ct)
    {
        using var admin = bridge.Admin();
        var (logins, cozies) = (new SoakLogin[Instances], new CozyClient[Instances]);
        for (var i = 0; i < Instances; i++)
        {
            var label = string.Create(CultureInfo.InvariantCulture, $"soak{i}");
            cozies[i] = await bridge.AddInstanceAsync(label, ct);
            logins[i] = new(bridge.Domain(label), label, await admin.AddAppPasswordAsync(bridge.Domain(label), "soak", ct));
        }

        return (logins, cozies);
    }

    // One after the other, each into a folder of its own.
    private static async Task MigrateAsync(CozyClient cozy, StandInNextcloud source, SoakFigures figures, CancellationToken ct)
    {
        try
        {
            for (var round = 0; ; round++)
            {
                var id = await cozy.StartMigrationAsync(source.Url.AbsoluteUri, source.User.Login, source.Password, "/", $"/Moved {round}", ct);
                figures.Migrated(await EndAsync(cozy, id, ct));
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Its time is over.
        }
    }

    private static async Task<string> EndAsync(CozyClient cozy, string id, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(MigrationLook);
        while (await timer.WaitForNextTickAsync(ct))
        {
            if ((await cozy.GetMigrationAsync(id, ct))["status"]!.GetValue<string>() is ("completed" or "failed" or "canceled") and var status)
            {
                return status;
            }
        }

        return "";
    }

    private static async Task WatchAsync(ReplicaTopology bridge, SoakFigures figures, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                foreach (var service in bridge.Processes.GroupBy(one => one.Service, one => one.Process.Memory))
                {
                    figures.Remember(service.Key, service.Max());
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Its time is over.
        }
    }
}

/// <summary>An app password of an instance.</summary>
internal sealed record SoakLogin(string Domain, string User, string Password);

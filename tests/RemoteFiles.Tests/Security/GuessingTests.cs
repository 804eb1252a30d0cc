using Dapper;
using RemoteFiles.Access;
using RemoteFiles.Tests.Routes;
using Shared.Access;
using Shared.Faults;
using Shared.Storage;
using Tests.Storage;

namespace RemoteFiles.Tests.Security;

/// <summary>What guesses leave behind and cost: a count that outlives the process, a few rows, and no write once they are too many.</summary>
public sealed class GuessingTests : IAsyncLifetime
{
    private const string Domain = "alma.localhost:8080";
    private const string Neighbour = "berta.localhost:8080";
    private const string Address = "198.51.100.1";
    private static readonly Trial Trial = Trial.OfAppPasswords;

    private readonly string directory = Directory.CreateTempSubdirectory("guessing-").FullName;
    private readonly ShiftedClock clock = new();
    private readonly List<Database> opened = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await PostgresServer.Shared.StartAsync();

    public ValueTask DisposeAsync()
    {
        opened.ForEach(database => database.Dispose());
        Directory.Delete(directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thousand_guesses_of_one_address_are_thirty_writes_in_two_rows(bool isPostgres)
    {
        var database = await OpenAsync(isPostgres);
        var isTaken = new List<bool>();
        for (var i = 0; i < 20; i++)
        {
            isTaken.AddRange(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => TryAsync(database, Address))));
        }

        Assert.Equal(Trial.MostOfAddress, isTaken.Count(taken => taken));
        Assert.Equal([("", Trial.MostOfAddress), (Address, Trial.MostOfAddress)], await RowsAsync(database));
        var before = database.LastCommit;
        Assert.False(await TryAsync(database, Address));
        Assert.Equal(before, database.LastCommit);
        Assert.Equal(isPostgres, before is null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_go_with_their_time_and_with_too_many_addresses(bool isPostgres)
    {
        var database = await OpenAsync(isPostgres);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(await TryAsync(database, $"203.0.113.{i}"));
        }

        // At the beginning of a span.
        clock.Shift = (4 * LoginThrottle.Window) - TimeSpan.FromTicks(TimeProvider.System.GetUtcNow().Ticks % LoginThrottle.Window.Ticks);
        Assert.True(await TryAsync(database, Address));
        Assert.Equal([("", 1), (Address, 1)], await RowsAsync(database));

        // As if 19,998 more had come from as many addresses.
        await database.WriteAsync(db => db.ExecuteAsync("UPDATE login_tries SET tries = 19999 WHERE address = ''"), Ct);
        Assert.True(await TryAsync(database, "203.0.113.1"));
        Assert.Equal([("", 20_000)], await RowsAsync(database));
    }

    [Fact]
    public async Task A_restart_forgets_no_guess_and_hinders_nobody_else()
    {
        string password;
        await using (var first = await StartAsync())
        {
            await first.AddInstanceAsync(Domain);
            await first.AddInstanceAsync(Neighbour);
            password = (await first.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", Domain), ("Name", "laptop"))).Text.Trim();
            for (var i = 0; i < Trial.MostOfAddress; i++)
            {
                Expect.Status(401, await AskAsync(first, Domain, $"wrong {i}"));
            }
        }

        await using var second = await StartAsync();

        Expect.Status(429, await AskAsync(second, Domain, "wrong"));
        Expect.Status(200, await AskAsync(second, Domain, password));
        Expect.Status(401, await AskAsync(second, Neighbour, "wrong"));
        Assert.Equal([("", Trial.MostOfAddress + 1), (Address, Trial.MostOfAddress + 1)], await RowsAsync(second.Database));
    }

    private Task<RestServer> StartAsync() => RestServer.StartAsync(("Storage:Directory", directory), ("Storage:Postgres", ""));

    private static Task<Answer> AskAsync(RestServer server, string domain, string password) =>
        new NextcloudApp(server.Client(domain, null), NextcloudApp.Basic(domain.Split('.')[0], password))
            .OcsAsync("/ocs/v2.php/cloud/user", headers: ("X-Forwarded-For", Address));

    private async Task<bool> TryAsync(Database database, string address)
    {
        try
        {
            await new LoginThrottle(database, clock).TakeAsync(Trial, new(Domain, "en", ""), address, Ct);
            return true;
        }
        catch (FaultException e) when (e.Fault == Fault.TooManyRequests)
        {
            return false;
        }
    }

    private async Task<Database> OpenAsync(bool isPostgres)
    {
        var database = Database.Open(new() { Directory = directory, Postgres = isPostgres ? PostgresServer.Shared.ConnectionString(directory) : "" }, "guessing.db");
        opened.Add(database);
        await Schema.Of(database).MigrateAsync(Ct);
        return database;
    }

    private static async Task<IEnumerable<(string Address, int Tries)>> RowsAsync(Database database) =>
        await database.ReadAsync(db => db.QueryAsync<(string, int)>("SELECT address, CAST(SUM(tries) AS INTEGER) FROM login_tries GROUP BY address ORDER BY address"), Ct);
}

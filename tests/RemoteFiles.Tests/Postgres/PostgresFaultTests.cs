using System.Data.Common;
using Dapper;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Protos;
using RemoteFiles.Tests.Dav;
using RemoteFiles.Tests.Routes;
using Shared.Access;
using Shared.Faults;
using Shared.Storage;
using Tests.Storage;

namespace RemoteFiles.Tests.Postgres;

/// <summary>What goes wrong between a service and its PostgreSQL, and what others see of it.</summary>
public sealed class PostgresFaultTests : IAsyncLifetime
{
    private readonly string key = Guid.NewGuid().ToString();
    private readonly List<Database> replicas = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await PostgresServer.Shared.StartAsync();
        var options = new StorageOptions { Postgres = PostgresServer.Shared.ConnectionString(key) };
        replicas.AddRange(Enumerable.Range(0, 2).Select(_ => Database.Open(options, "")));
        await replicas[0].PrepareAsync(Ct);
        await WriteAsync(replicas[0], "CREATE TABLE facts (fact TEXT PRIMARY KEY)");
    }

    public ValueTask DisposeAsync()
    {
        replicas.ForEach(replica => replica.Dispose());
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_change_whose_connection_breaks_under_it_says_so()
    {
        var broken = replicas[0].WriteAsync(
            async db =>
            {
                var process = await db.ExecuteScalarAsync<int>("SELECT pg_backend_pid()");
                await replicas[1].ReadAsync(other => other.ExecuteAsync("SELECT pg_terminate_backend(@process)", new { process }), Ct);
                await db.ExecuteAsync("INSERT INTO facts VALUES ('never')");
            },
            Ct);

        await Assert.ThrowsAnyAsync<DbException>(() => broken);
        await WriteAsync(replicas[0], "INSERT INTO facts VALUES ('again')");
        Assert.Equal(1, await CountAsync(replicas[1]));
    }

    [Fact]
    public async Task A_replica_that_dies_while_it_writes_holds_back_nobody_and_leaves_nothing()
    {
        var (writing, goOn) = (new TaskCompletionSource<int>(), new TaskCompletionSource());
        var dying = replicas[0].WriteAsync(
            async db =>
            {
                await db.ExecuteAsync("INSERT INTO facts VALUES ('of the dead')");
                writing.SetResult(await db.ExecuteScalarAsync<int>("SELECT pg_backend_pid()"));
                await goOn.Task;
            },
            Ct);
        var process = await writing.Task;
        var waiting = WriteAsync(replicas[1], "INSERT INTO facts VALUES ('of the living')");
        Assert.Equal(0, await CountAsync(replicas[1]));

        await replicas[1].ReadAsync(db => db.ExecuteAsync("SELECT pg_terminate_backend(@process)", new { process }), Ct);
        await waiting;
        goOn.SetResult();

        await Assert.ThrowsAnyAsync<DbException>(() => dying);
        Assert.Equal(1, await CountAsync(replicas[1]));
        await WriteAsync(replicas[0], "INSERT INTO facts VALUES ('of one who came back')");
        Assert.Equal(2, await CountAsync(replicas[1]));
    }

    [Fact]
    public async Task A_write_whose_error_nobody_looked_at_is_not_taken_for_done()
    {
        var write = replicas[0].WriteAsync(
            async db =>
            {
                await db.ExecuteAsync("INSERT INTO facts VALUES ('lost')");
                await Assert.ThrowsAnyAsync<DbException>(() => db.ExecuteAsync("INSERT INTO nowhere VALUES (1)"));
            },
            Ct);

        await Assert.ThrowsAnyAsync<DbException>(() => write);
        Assert.Equal(0, await CountAsync(replicas[0]));
    }

    [Fact]
    public async Task Text_that_cannot_be_stored_is_the_fault_of_who_sends_it()
    {
        foreach (var fact in new[] { "a\0b", string.Concat(Enumerable.Range(0, 4000).Select(i => (char)('一' + (i * 7919 % 20_000)))) })
        {
            var thrown = await Assert.ThrowsAsync<FaultException>(() => replicas[0].WriteAsync(db => db.ExecuteAsync("INSERT INTO facts VALUES (@fact)", new { fact }), Ct));
            Assert.Equal(Fault.Malformed, thrown.Fault);
        }

        await WriteAsync(replicas[0], "INSERT INTO facts VALUES ('fits')");
    }

    [Fact]
    public async Task Text_is_ordered_by_its_bytes_whatever_the_database_was_made_with()
    {
        string[] facts = ["B", "a", "Z", "é", "_", "b", "10", "9"];
        await replicas[0].WriteAsync(db => db.ExecuteAsync("CREATE TABLE ordered (fact " + Dialect.Postgres.Script("TEXT") + "); "), Ct);
        await replicas[0].WriteAsync(db => db.ExecuteAsync("INSERT INTO ordered VALUES (@fact)", facts.Select(fact => new { fact })), Ct);

        Assert.Equal(facts.Order(StringComparer.Ordinal), await replicas[0].ReadAsync(db => db.QueryAsync<string>("SELECT fact FROM ordered ORDER BY fact"), Ct));
        Assert.Equal("a", await replicas[0].ReadAsync(db => db.ExecuteScalarAsync<string>("SELECT MIN(fact) FROM ordered WHERE fact > @after", new { after = "_" }), Ct));
    }

    [Fact]
    public async Task A_server_that_is_stopped_is_503_for_every_request_and_all_is_well_when_it_is_back()
    {
        await using var server = PostgresServer.New();
        await server.StartAsync();
        await using var service = await RestServer.StartAsync(("Storage:Postgres", server.ConnectionString("stopped")));
        await service.AddInstanceAsync(DavFixture.Domain);
        var client = service.Client(DavFixture.Domain, await service.TokenAsync(DavFixture.Domain, "io.cozy.files"));
        var stored = await client.PostAsync("/files/io.cozy.files.root-dir?Type=file&Name=f", RestClient.Body("hello"));
        Expect.Status(201, stored);
        (string Method, string Target)[] requests =
        [
            ("GET", "/files/download?Path=/f"), ("GET", "/files/metadata?Path=/f"), ("POST", "/files/io.cozy.files.root-dir?Type=directory&Name=d"),
            ("POST", "/files/io.cozy.files.root-dir?Type=file&Name=g"),
        ];

        var guess = new NextcloudApp(client, NextcloudApp.Basic(DavFixture.Domain.Split('.')[0], "wrong"));
        await server.StopAsync();
        Expect.Status(503, await guess.OcsAsync("/ocs/v2.php/cloud/user"));
        foreach (var (method, target) in requests)
        {
            var answer = await client.SendAsync(method, target, method == "GET" ? null : RestClient.Body("x"));
            Assert.True(answer.Status == 503, $"{method} {target}: {answer}");
            Assert.NotNull(answer.Header("Retry-After"));
        }

        await server.StartAsync();
        Expect.Status(401, await guess.OcsAsync("/ocs/v2.php/cloud/user"));
        foreach (var (method, target) in requests)
        {
            var answer = await client.SendAsync(method, target, method == "GET" ? null : RestClient.Body("x"));
            Assert.True(answer.Status is 200 or 201, $"{method} {target}: {answer}");
        }
    }

    [Fact]
    public async Task A_server_that_is_stopped_is_a_line_of_the_log_for_each_request_on_every_door_and_one_for_readiness()
    {
        await using var server = PostgresServer.New();
        await server.StartAsync();
        await using var service = await RestServer.StartAsync(("Storage:Postgres", server.ConnectionString("logged")));
        await service.AddInstanceAsync(DavFixture.Domain);
        var client = service.Client(DavFixture.Domain, await service.TokenAsync(DavFixture.Domain, "io.cozy.files io.cozy.accounts"));
        var login = NextcloudApp.Basic(DavFixture.User, (await service.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", DavFixture.Domain), ("Name", "a test"))).Text.Trim());
        var app = new NextcloudApp(client, login);
        var token = service.Tokens.Mint((await service.Instances.FindAsync(DavFixture.Domain, Ct))!, Audiences.Service, "test", "");
        Func<Task<Answer>>[] doors =
        [
            () => client.GetAsync("/files/metadata?Path=/"), () => client.GetAsync("/data/io.cozy.accounts/_all_docs"),
            () => app.OcsAsync("/ocs/v2.php/cloud/user"), () => app.SendAsync("PROPFIND", "/remote.php/dav/files/alma/"), () => service.AdminAsync(HttpMethod.Get, "/instances/"),
        ];
        Task<Answer> ReadyAsync() => client.GetAsync("/health/ready");
        Expect.Status(200, await ReadyAsync());
        await server.StopAsync();
        var before = service.Log.Lines.Count;

        foreach (var door in doors)
        {
            var answer = await door();
            Assert.True(answer.Status == 503 && answer.Header("Retry-After") is not null, $"{answer}");
        }

        using (var channel = GrpcChannel.ForAddress(service.GrpcAddress))
        {
            var call = channel.CreateCallInvoker().AsyncUnaryCall(GetSpace, null, new(new() { { "authorization", "Bearer " + token } }, cancellationToken: Ct), new());
            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        }

        for (var probe = 0; probe < 3; probe++)
        {
            Expect.Status(503, await ReadyAsync());
        }

        await server.StartAsync();
        Expect.Status(200, await ReadyAsync());
        Expect.Status(200, await ReadyAsync());

        var lines = service.Log.Lines.Skip(before).Where(line => !line.StartsWith("Debug", StringComparison.Ordinal) && !line.StartsWith("Trace", StringComparison.Ordinal)).ToList();
        var away = lines.Where(line => line.Contains("storage.away", StringComparison.Ordinal)).ToList();
        Assert.Equal(doors.Length + 1, away.Count);
        Assert.All(away, line => Assert.StartsWith("Warning Shared.Errors.", line.Replace("RemoteFiles.Dav.DavDoor", "Shared.Errors.", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Contains(away, line => line.Contains(": GET /files/metadata was answered 503, as the database is away: ", StringComparison.Ordinal));
        Assert.Contains("Unhealthy: storage: the database cannot be read: ", Assert.Single(lines, line => line.StartsWith("Warning Operations.Readiness", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Single(lines, line => line.StartsWith("Information Operations.Readiness", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.Contains("HealthCheckEnd", StringComparison.Ordinal) || line.Contains("   at ", StringComparison.Ordinal));
    }

    private static readonly Method<GetSpaceRequest, GetSpaceReply> GetSpace = new(
        MethodType.Unary,
        "cozy.transfers.v1.Transfers",
        "GetSpace",
        Marshallers.Create(message => message.ToByteArray(), GetSpaceRequest.Parser.ParseFrom),
        Marshallers.Create(message => message.ToByteArray(), GetSpaceReply.Parser.ParseFrom));

    private static Task WriteAsync(Database database, string sql) => database.WriteAsync(db => db.ExecuteAsync(sql), Ct);

    private static Task<long> CountAsync(Database database) => database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM facts"), Ct);
}

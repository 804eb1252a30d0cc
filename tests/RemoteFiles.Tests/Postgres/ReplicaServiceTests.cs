using System.Text.Json.Nodes;
using RemoteFiles.Tests.Routes;
using Tests.Storage;

namespace RemoteFiles.Tests.Postgres;

/// <summary>Two whole services over one schema and one directory: what one was told, the other knows.</summary>
public sealed class ReplicaServiceTests : IAsyncLifetime
{
    private const string Domain = "alma.localhost:8080";
    private const string User = "/ocs/v2.php/cloud/user";
    private readonly string directory = Directory.CreateTempSubdirectory("replica-services-").FullName;
    private RestServer[] replicas = [];

    public async ValueTask InitializeAsync()
    {
        await PostgresServer.Shared.StartAsync();
        (string, string)[] settings = [("Storage:Directory", directory), ("Storage:Postgres", PostgresServer.Shared.ConnectionString(directory))];
        replicas = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => RestServer.StartAsync(settings)));
        await replicas[0].AddInstanceAsync(Domain);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void Replicas_that_start_together_encrypt_with_one_key() => Assert.Single(Directory.GetFiles(Path.Combine(directory, "keys"), "key-*.xml"));

    [Fact]
    public async Task Guesses_are_counted_by_all_replicas_together_and_keep_nobody_else_out()
    {
        var password = (await replicas[0].AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", Domain), ("Name", "laptop"))).Text.Trim();
        var guesses = new List<int>();
        for (var i = 0; i < 32; i++)
        {
            guesses.Add((await AskAsync(i % 2, $"wrong {i}", "198.51.100.1")).Status);
        }

        Assert.Equal(Enumerable.Repeat(401, 30).Concat([429, 429]), guesses);
        Expect.Status(200, await AskAsync(0, password, "198.51.100.1"));
        Expect.Status(401, await AskAsync(1, "wrong", "198.51.100.2"));
    }

    [Fact]
    public async Task An_app_password_that_one_has_revoked_is_refused_by_the_other()
    {
        var made = await replicas[0].AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", Domain), ("Name", "laptop"));
        Expect.Status(200, made);
        var app = new NextcloudApp(replicas[1].Client(Domain, null), NextcloudApp.Basic("alma", made.Text.Trim()));
        Expect.Status(200, await app.OcsAsync(User));
        var listed = await replicas[1].AdminAsync(HttpMethod.Get, "/instances/app-passwords?Domain=" + Uri.EscapeDataString(Domain));
        var id = (string)Assert.Single(JsonNode.Parse(listed.Text)!.AsArray())!["id"]!;

        Expect.Status(204, await replicas[0].AdminAsync(HttpMethod.Delete, $"/instances/app-passwords/{id}?Domain={Uri.EscapeDataString(Domain)}"));

        Expect.Status(401, await app.OcsAsync(User));
    }

    private Task<Answer> AskAsync(int replica, string password, string address) =>
        new NextcloudApp(replicas[replica].Client(Domain, null), NextcloudApp.Basic("alma", password)).OcsAsync(User, headers: ("X-Forwarded-For", address));
}

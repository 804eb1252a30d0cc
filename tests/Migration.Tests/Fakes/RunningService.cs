using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shared.Access;
using Shared.Hosting;
using Tests.Storage;

namespace Migration.Tests.Fakes;

/// <summary>The whole service as it is composed for production, on Kestrel, beside a fake of the other one; spoken to over the network alone.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private const string MasterKey = "a master key of tests, long enough";

    private readonly string directory;
    private readonly bool isReplica;
    private readonly HttpClient http = new();
    private WebApplication? remoteFiles;
    private WebApplication? migration;

    private RunningService(string? directory)
    {
        isReplica = directory is not null;
        this.directory = directory ?? Directory.CreateTempSubdirectory("migration-service-").FullName;
    }

    public FakeRemote Remote { get; } = new();

    public WebApplication App => migration!;

    public IServiceProvider Services => migration!.Services;

    public Uri Grpc => MigrationHost.GrpcOf(migration!);

    public static Task<RunningService> StartAsync(params (string Key, string? Value)[] settings) => StartAsync(null, TimeProvider.System, settings);

    public static Task<RunningService> StartAsync(TimeProvider clock) => StartAsync(null, clock, []);

    /// <summary>Another one over the same rows.</summary>
    public Task<RunningService> StartReplicaAsync(params (string Key, string? Value)[] settings) => StartAsync(directory, TimeProvider.System, settings);

    private static async Task<RunningService> StartAsync(string? directory, TimeProvider clock, (string Key, string? Value)[] settings)
    {
        var service = new RunningService(directory);
        try
        {
            await service.StartBothAsync(clock, settings);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public string Token(string scope = "io.cozy.nextcloud.migrations", Instance? instance = null) =>
        migration!.Services.GetRequiredService<Tokens>().Mint(instance ?? TwoInstances.Alma, Audiences.Cli, "test", scope);

    public Task<HttpResponseMessage> PostAsync(string path, string? json = null, string? token = null) => SendAsync(HttpMethod.Post, path, json, token);

    public Task<HttpResponseMessage> GetAsync(string path, string? token = null) => SendAsync(HttpMethod.Get, path, null, token);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null, string? token = null, Instance? host = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(MigrationHost.HttpOf(migration!), path));
        request.Headers.Host = (host ?? TwoInstances.Alma).Domain;
        request.Headers.Authorization = new("Bearer", token ?? Token(instance: host));
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<string> TriggerAsync(string more = "")
    {
        using var answer = await PostAsync(
            "/remote/nextcloud/migration",
            $$"""{"nextcloud_url":"https://nc.alma.example","nextcloud_login":"alma","nextcloud_app_password":"secret"{{more}}}""");
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["data"]!["id"]!;
    }

    public Task<JsonNode> UntilAsync(string id, Func<JsonNode, bool> condition) => Eventually.GetAsync(
        async () =>
        {
            using var answer = await GetAsync($"/data/io.cozy.nextcloud.migrations/{id}");
            answer.EnsureSuccessStatusCode();
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        },
        condition);

    public Task<JsonNode> FinishAsync(string id) => UntilAsync(id, document => (string)document["status"]! is not ("pending" or "running"));

    public async ValueTask DisposeAsync()
    {
        await (migration?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (remoteFiles?.DisposeAsync() ?? ValueTask.CompletedTask);
        http.Dispose();
        if (!isReplica)
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task StartBothAsync(TimeProvider clock, (string Key, string? Value)[] settings)
    {
        remoteFiles = await StartAsync(
            builder =>
            {
                builder.AddServiceHost();
                builder.Services.AddSingleton<IInstances, TwoInstances>().AddSingleton(Remote);
            },
            app =>
            {
                app.UseServiceHost();
                app.MapGrpcService<FakeTransfers>();
                app.MapGrpcService<FakeInstances>();
            },
            []);
        migration = await StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(clock);
                builder.AddMigration();
            },
            app => app.MapMigration(),
            [
                ("Storage:Directory", directory),
                ("Storage:Postgres", TestEngine.PostgresOf(directory)),
                ("RemoteFiles:Address", remoteFiles.AddressOf(ServiceHost.GrpcListener).ToString()),
                ("Migration:RetryDelay", "00:00:00.001"),
                .. settings,
            ]);
    }

    private static async Task<WebApplication> StartAsync(
        Action<WebApplicationBuilder> add, Action<WebApplication> map, (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("Master:Key", MasterKey), .. Enumerable.Reverse(settings).DistinctBy(s => s.Key).Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))]);
        add(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}

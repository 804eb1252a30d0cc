using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RemoteFiles.Tests.Drive.S3;
using Shared.Access;
using Shared.Storage;
using Tests.Storage;

namespace RemoteFiles.Tests.Routes;

/// <summary>The whole service on free ports of this machine, as an operator would start it, with its log kept.</summary>
internal sealed class RestServer : IAsyncDisposable
{
    internal const string AdminSecret = "admin-secret-of-the-tests";
    private readonly WebApplication app;
    private readonly HttpClient http;
    private readonly DirectoryInfo storage;

    private RestServer(WebApplication app, HttpClient http, DirectoryInfo storage, KeptLog log, ShiftedClock clock)
    {
        (this.app, this.http, this.storage, Log, Clock) = (app, http, storage, log, clock);
        (Address, AdminAddress, GrpcAddress) = (RemoteFilesHost.HttpOf(app), RemoteFilesHost.AdminOf(app), RemoteFilesHost.GrpcOf(app));
    }

    public Uri Address { get; }

    public Uri AdminAddress { get; }

    public Uri GrpcAddress { get; }

    public KeptLog Log { get; }

    public ShiftedClock Clock { get; }

    /// <summary>Of "Storage:Directory": another one over it is a replica.</summary>
    public string Data => storage.FullName;

    public Database Database => app.Services.GetRequiredService<Database>();

    public Tokens Tokens => app.Services.GetRequiredService<Tokens>();

    public IInstances Instances => app.Services.GetRequiredService<IInstances>();

    /// <summary>Everything the service has written to its disk.</summary>
    public IEnumerable<FileInfo> Files => storage.EnumerateFiles("*", SearchOption.AllDirectories);

    public static async Task<RestServer> StartAsync(params (string Name, string Value)[] settings)
    {
        var storage = Directory.CreateTempSubdirectory("routes-");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Master:Key"] = "a master key of the tests, long enough",
            ["Storage:Directory"] = storage.FullName,
            ["Listen:Admin"] = "127.0.0.1:0",
            ["Admin:Secret"] = AdminSecret,
            ["Nextcloud:AllowPrivateNetworks"] = "true",

            // Tests share a Nextcloud, and each has it at once.
            ["Nextcloud:LongestRest"] = "00:00:00.001",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        builder.Configuration["Storage:Postgres"] ??= TestEngine.PostgresOf(builder.Configuration["Storage:Directory"]!);
        if (builder.Configuration["Blobs:S3:Bucket"] is null)
        {
            builder.Configuration.AddInMemoryCollection(
                BucketOfThisRun.Settings(builder.Configuration["Storage:Directory"]!).Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        }

        var (log, clock) = (new KeptLog(), new ShiftedClock());
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddRemoteFiles();
        var app = builder.Build();
        app.MapRemoteFiles();
        await app.StartAsync();
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 });
        return new(app, http, storage, log, clock);
    }

    /// <summary>A client of one instance, with a token of its own or none.</summary>
    public RestClient Client(string domain, string? token) => new(http, Address, domain, token);

    public async Task AddInstanceAsync(string domain, string locale = "en", long? quota = null, params (string Name, string Value)[] profile)
    {
        var answer = await AdminAsync(
            HttpMethod.Post, "/instances", [("Domain", domain), ("Passphrase", "a passphrase"), ("Locale", locale), ("Quota", $"{quota}"), .. profile]);
        Assert.Equal(201, answer.Status);
    }

    /// <summary>As <c>bridge instances token</c> does.</summary>
    public async Task<string> TokenAsync(string domain, string scope, string audience = "cli", string subject = "cli")
    {
        var query = $"Domain={Uri.EscapeDataString(domain)}&Audience={audience}&Subject={subject}&Scope={Uri.EscapeDataString(scope)}";
        var answer = await AdminAsync(HttpMethod.Post, "/instances/token?" + query);
        Assert.Equal(200, answer.Status);
        return answer.Text.Trim();
    }

    /// <summary>A token with a life of its own.</summary>
    public async Task<string> MintAsync(string domain, string scope, TimeSpan validity, string audience = "cli") =>
        Tokens.Mint((await Instances.FindAsync(domain, CancellationToken.None))!, audience, "test", scope, validity);

    public async Task<Answer> AdminAsync(HttpMethod method, string target, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(method, new Uri(AdminAddress, target));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:" + AdminSecret)));
        request.Content = fields.Length == 0 ? null : new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    /// <summary>The operator's port, with the Authorization header as it is given.</summary>
    public async Task<Answer> OperatorAsync(string target, string? authorization, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(AdminAddress, target)) { Content = RestClient.JsonBody(body) };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        storage.Delete(recursive: true);
    }
}

/// <summary>The time of this machine, moved.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}

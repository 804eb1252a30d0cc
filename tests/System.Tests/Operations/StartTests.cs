using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SystemTests.Operations;

/// <summary>A program that cannot start for what its operator can mend says so in one line, which names the setting.</summary>
public sealed class StartTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("bridge-start-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("RemoteFiles.Service", "Listen__Http", "5001", "Listen:Http: \"5001\" is no address with a port, such as 0.0.0.0:5001")]
    [InlineData("RemoteFiles.Service", "Listen__Grpc", "203.0.113.1:5002", "Listen:Grpc, Listen:Http: Cannot assign requested address")]
    [InlineData("RemoteFiles.Service", "Master__KeyFile", "{dir}/empty", "Master:KeyFile: a master key has at least 32 characters, and {dir}/empty holds none")]
    [InlineData("RemoteFiles.Service", "Master__KeyFile", "/proc/nowhere/key", "Master:KeyFile: /proc/nowhere/key can neither be read nor made: Could not find file '/proc/nowhere'.")]
    [InlineData("RemoteFiles.Service", "Master__KeyFile", "", "set Master:KeyFile or Master:Key")]
    [InlineData("RemoteFiles.Service", "Admin__SecretFile", "{dir}/none", "Admin:SecretFile: Could not find file '{dir}/none'.")]
    [InlineData("RemoteFiles.Service", "Storage__Directory", "", "Storage:Directory: The Directory field is required.")]
    [InlineData("RemoteFiles.Service", "Storage__Directory", "{dir}/empty", "Storage:Directory: The file '{dir}/empty' already exists.")]
    [InlineData("RemoteFiles.Service", "Storage__Postgres", "Hosst=db", "Storage:Postgres is no connection string, such as Host=db;Database=bridge;Username=bridge;Search Path=remote_files")]
    [InlineData("Migration.Service", "Storage__Postgres", "Host={dir};Search Path=migration", "Storage:Postgres: Failed to connect to {dir}/.s.PGSQL.5432: Cannot assign requested address")]
    [InlineData("Migration.Service", "Migration__Worker", "perhaps", "Failed to convert configuration value 'perhaps' at 'Migration:Worker' to type 'System.Boolean': String 'perhaps' was not recognized as a valid Boolean.")]
    [InlineData("Migration.Service", "RabbitMq__Uri", "rabbitmq:5672", "RabbitMq:Uri must be an amqp:// or amqps:// address")]
    [InlineData("Edge", "Edge__Migration", null, "Edge:Migration: The Migration field is required.")]
    [InlineData("Edge", "Edge__Tls__Certificate", "{dir}/empty", "Edge:Tls: {dir}/empty and  are no certificate and its key: The value cannot be an empty string. (Parameter 'path')")]
    public async Task A_setting_that_cannot_be_is_named_in_one_line(string project, string setting, string? value, string line)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, "empty"), "", Ct);
        var settings = SettingsOf(project);
        settings.Remove(setting);
        if (value is not null)
        {
            settings[setting] = value.Replace("{dir}", directory, StringComparison.Ordinal);
        }

        AssertLine(line.Replace("{dir}", directory, StringComparison.Ordinal), await EndAsync(project, settings));
    }

    [Theory]
    [InlineData("RemoteFiles.Service", "Listen:Metrics")]
    [InlineData("Migration.Service", "Listen:Grpc")]
    [InlineData("Edge", "Edge:Listen")]
    public async Task A_port_that_another_has_is_named_in_one_line(string project, string setting)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var settings = SettingsOf(project);
        settings[setting.Replace(":", "__", StringComparison.Ordinal)] = $"{other.LocalEndpoint}";

        AssertLine($"{setting}: Failed to bind to address http://{other.LocalEndpoint}: address already in use.", await EndAsync(project, settings));
    }

    [Fact]
    public async Task All_in_one_names_the_option()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var end = await CommandLine.RunAsync(null, null, Ct, "serve", "--data", directory, "--port", "0", "--admin-port", $"{port}");

        AssertLine($"--admin-port: Failed to bind to address http://{other.LocalEndpoint}: address already in use.", end);
    }

    private Dictionary<string, string> SettingsOf(string project) => project == "Edge"
        ? new()
        {
            ["Edge__Listen"] = "127.0.0.1:0",
            ["Edge__RemoteFiles"] = "http://127.0.0.1:1",
            ["Edge__Migration"] = "http://127.0.0.1:1",
            ["Edge__RemoteFilesGrpc"] = "http://127.0.0.1:1",
            ["Edge__MigrationGrpc"] = "http://127.0.0.1:1",
        }
        : new()
        {
            ["Listen__Http"] = "127.0.0.1:0",
            ["Master__KeyFile"] = Path.Combine(directory, "master.key"),
            ["Storage__Directory"] = Path.Combine(directory, "data"),
            ["Storage__StartPatience"] = "00:00:00",
            ["RemoteFiles__Address"] = "http://127.0.0.1:1",
        };

    private static Task<CommandEnd> EndAsync(string project, Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(ServiceProcess.PathOf(project))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return CommandLine.EndAsync(Process.Start(start)!, "", Ct);
    }

    private static void AssertLine(string line, CommandEnd end)
    {
        Assert.Equal((line + "\n", 1), (end.Errors, end.ExitCode));
        Assert.DoesNotContain("   at ", end.Output, StringComparison.Ordinal);
    }
}

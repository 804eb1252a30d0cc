using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Migration.Tests.Fakes;

/// <summary>A RabbitMQ node of the tests' own, on free ports and in a directory that goes with it. Needs tests/prepare/rabbitmq.sh.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    /// <summary>Of the collection whose tests share the node, one after the other.</summary>
    public const string Name = "RabbitMQ";

    private const string Script = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private readonly string directory = Directory.CreateTempSubdirectory("migration-rabbitmq-").FullName;
    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly int port = FreePort.Take();
    private readonly int distributionPort = FreePort.Take();
    private readonly int namesPort = FreePort.Take();
    private Process? names;
    private Process? node;

    public string Uri => $"amqp://guest:guest@127.0.0.1:{port}/";

    /// <summary>Starts the node at its first use; returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        await starting.WaitAsync();
        try
        {
            if (node is null)
            {
                names ??= Start("epmd", "-port", $"{namesPort}", "-address", "127.0.0.1");
                await File.WriteAllTextAsync(Path.Combine(directory, "plugins"), "[].");
                node = Start(Script);
                await ReadyAsync(node);
            }
        }
        catch
        {
            await KillAsync();
            throw;
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>As for an upgrade: what was confirmed is there when it starts again.</summary>
    public async Task StopAsync()
    {
        await ControlAsync("stop");
        await EndAsync();
    }

    /// <summary>
    /// As when its machine burns down: it starts again with nothing. Nobody can count on what a node of RabbitMQ 3.10 kept that
    /// was killed, because its quorum queues often never elect a leader again (docs/operations.md says what to do).
    /// </summary>
    public async Task KillAsync()
    {
        node?.Kill(entireProcessTree: true);
        await EndAsync();
        if (Directory.Exists(DataDirectory))
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }

    /// <summary>The node says that its memory is full, and takes no message until this is disposed.</summary>
    public async Task<IAsyncDisposable> AlarmAsync()
    {
        await ControlAsync("set_vm_memory_high_watermark", "0.000001");
        return new Alarm(this);
    }

    /// <summary>Runs rabbitmqctl against the node.</summary>
    public async Task ControlAsync(params string[] command)
    {
        using var control = Start("/usr/lib/rabbitmq/bin/rabbitmqctl", command);
        await control.WaitForExitAsync();
        if (control.ExitCode != 0)
        {
            throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', command)} ended with {control.ExitCode}");
        }
    }

    public async Task<IConnection> ConnectAsync() => await new ConnectionFactory { Uri = new(Uri) }.CreateConnectionAsync();

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        names?.Kill();
        names?.Dispose();
        starting.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private string DataDirectory => Path.Combine(directory, "data");

    private async Task EndAsync()
    {
        if (node is not null)
        {
            await node.WaitForExitAsync();
            node.Dispose();
            node = null;
        }
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = directory,
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = directory,
            ["RABBITMQ_NODENAME"] = $"migration-tests-{port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{port}",
            ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
            ["RABBITMQ_MNESIA_BASE"] = DataDirectory,
            ["RABBITMQ_LOG_BASE"] = Path.Combine(directory, "log"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(directory, "pid"),
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(directory, "config"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(directory, "plugins"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(directory, "none"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
            ["ERL_EPMD_PORT"] = $"{namesPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task ReadyAsync(Process process)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                await using var connection = await ConnectAsync();
                return;
            }
            catch (Exception e) when (!process.HasExited && !late.IsCancellationRequested)
            {
                // Not yet.
                _ = e;
                await Task.Delay(100, late.Token);
            }
        }
    }

    private sealed class Alarm(RabbitMqServer server) : IAsyncDisposable
    {
        private int over;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref over, 1) == 0)
            {
                await server.ControlAsync("set_vm_memory_high_watermark", "0.4");
            }
        }
    }
}

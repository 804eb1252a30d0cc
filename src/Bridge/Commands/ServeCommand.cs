using System.CommandLine;
using System.Net;
using Spectre.Console;

namespace Bridge;

/// <summary><c>bridge serve</c>: the whole bridge in one process, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Directory of databases, blobs and keys", DefaultValueFactory = _ => ".data" };
        var listen = new Option<string>("--listen") { Description = "Address of the public port", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "Public port", DefaultValueFactory = _ => 8080 };
        var adminPort = new Option<int>("--admin-port") { Description = "Operator's port, on loopback only", DefaultValueFactory = _ => 6060 };
        var rabbitMq = new Option<string?>("--rabbitmq") { Description = "Broker for migration commands, amqp://… or amqps://…" };
        var allowPrivate = new Option<bool>("--allow-private-networks") { Description = "Let accounts name a Nextcloud on a private address or another port" };
        var proxies = new Option<string[]>("--trusted-proxy") { Description = "Address or network of a proxy in front, whose X-Forwarded headers are believed; may be repeated", DefaultValueFactory = _ => [] };
        var noWorker = new Option<bool>("--no-worker") { Description = "Leave migrations and cleanups that have not ended as they are: for a restored copy that is only looked at" };
        var command = new Command("serve", "Run the whole bridge in this process") { data, listen, port, adminPort, rabbitMq, allowPrivate, proxies, noWorker };
        command.SetAction((parsed, ct) => RunAsync(
            new(
                parsed.GetValue(data)!,
                IPAddress.TryParse(parsed.GetValue(listen), out var address) ? address : throw new CommandException("--listen takes an IP address"),
                parsed.GetValue(port),
                parsed.GetValue(adminPort),
                parsed.GetValue(rabbitMq),
                parsed.GetValue(allowPrivate),
                parsed.GetValue(proxies)!,
                LogLevel.Information) { HasWorker = !parsed.GetValue(noWorker) },
            ct));
        return command;
    }

    private static async Task<int> RunAsync(ServeOptions options, CancellationToken ct)
    {
        await using var server = await BridgeServer.StartAsync(options, ct);
        Terminal.Line($"[green]●[/] The bridge listens at [bold]{server.Public}[/], for operators at {server.Admin}; its data is in {options.Data}");
        Terminal.Line($"  Add an instance: [bold]./bridge instances add alma.localhost:{server.Public.Port} --passphrase …[/]");
        await server.WaitAsync(ct);
        return 0;
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Bridge;

/// <summary>How a command acts for one instance: with a token of the admin port, at the public port, as any Cozy client would.</summary>
internal sealed class InstanceOptions
{
    private static readonly string[] Scopes = ["io.cozy.files", "io.cozy.accounts", "io.cozy.nextcloud.migrations"];

    private readonly Option<Uri?> server = new("--server")
    {
        Description = "Public port of the running server (or BRIDGE_SERVER); without it, the port of DOMAIN on this machine",
        HelpName = "URL",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("BRIDGE_SERVER") is { Length: > 0 } address ? new(address) : null,
        CustomParser = ServerOptions.Parse,
    };

    private readonly ServerOptions admin;

    private InstanceOptions(Command command, bool hasDomain)
    {
        if (hasDomain)
        {
            command.Arguments.Add(Domain);
        }

        command.Options.Add(server);
        admin = ServerOptions.Of(command);
    }

    public Argument<string> Domain { get; } = new("DOMAIN") { Description = "The instance, as `instances ls` shows it" };

    public static InstanceOptions Of(Command command) => new(command, hasDomain: true);

    /// <summary>Of a command that finds out the instance itself.</summary>
    public static InstanceOptions WithoutDomain(Command command) => new(command, hasDomain: false);

    public Task<CozyClient> ConnectAsync(ParseResult parsed, CancellationToken ct) => ConnectAsync(parsed, parsed.GetValue(Domain)!, ct);

    /// <summary>The domains of all instances.</summary>
    public async Task<IReadOnlyList<string>> DomainsAsync(ParseResult parsed, CancellationToken ct)
    {
        using var client = admin.Connect(parsed);
        return [.. JsonNode.Parse(await client.ListInstancesAsync(ct))!.AsArray().Select(instance => (string)instance!["domain"]!)];
    }

    public async Task<CozyClient> ConnectAsync(ParseResult parsed, string domain, CancellationToken ct)
    {
        using var client = admin.Connect(parsed);
        return new(parsed.GetValue(server) ?? Local(domain), domain, await client.CliTokenAsync(domain, Scopes, ct));
    }

    // "alma.localhost:8080" is served at http://127.0.0.1:8080.
    private static Uri Local(string domain) =>
        new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{(domain.Split(':') is [_, var port] ? port : "8080")}"));
}

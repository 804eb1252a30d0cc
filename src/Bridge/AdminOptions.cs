using System.CommandLine;

namespace Bridge;

/// <summary>How a command finds the running server: its admin port, and the secret of it.</summary>
internal sealed class AdminOptions
{
    private readonly Option<string> address = new("--admin") { Description = "Admin port of the running server", DefaultValueFactory = _ => "http://127.0.0.1:6060" };
    private readonly Option<string> data = new("--data") { Description = "Data directory of the server, for its admin secret", DefaultValueFactory = _ => ".data" };

    public void AddTo(Command command)
    {
        command.Options.Add(address);
        command.Options.Add(data);
    }

    public AdminClient Connect(ParseResult parsed)
    {
        var secret = Environment.GetEnvironmentVariable("BRIDGE_ADMIN_SECRET");
        var file = AdminSecretFile.PathIn(parsed.GetValue(data)!);
        if (string.IsNullOrEmpty(secret))
        {
            secret = File.Exists(file) ? File.ReadAllText(file).Trim() : throw new CommandException($"there is no {file}: name the server's --data, or set BRIDGE_ADMIN_SECRET");
        }

        return Uri.TryCreate(parsed.GetValue(address), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new(uri, secret)
            : throw new CommandException("--admin is an address like http://127.0.0.1:6060");
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;

namespace Bridge;

/// <summary>How a command finds the running server: its admin port, and the secret of it.</summary>
internal sealed class ServerOptions
{
    private readonly Option<Uri> admin = new("--admin")
    {
        Description = "Admin port of the running server (or BRIDGE_ADMIN)",
        HelpName = "URL",
        DefaultValueFactory = _ => new(Environment.GetEnvironmentVariable("BRIDGE_ADMIN") ?? "http://127.0.0.1:6060"),
        CustomParser = Parse,
    };

    private readonly Option<string> data = new("--data")
    {
        Description = "Data directory of the server, for its admin secret (or BRIDGE_ADMIN_SECRET)",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".data",
    };

    public static ServerOptions Of(Command command)
    {
        var options = new ServerOptions();
        command.Options.Add(options.admin);
        command.Options.Add(options.data);
        return options;
    }

    /// <summary>An address of HTTP; the framework knows no such options.</summary>
    public static Uri? Parse(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens.Single().Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return address;
        }

        result.AddError($"'{result.Tokens.Single().Value}' is no address like http://127.0.0.1:6060");
        return null;
    }

    public AdminClient Connect(ParseResult parsed)
    {
        var secret = Environment.GetEnvironmentVariable("BRIDGE_ADMIN_SECRET");
        var file = AdminSecretFile.PathIn(parsed.GetValue(data)!);
        if (string.IsNullOrEmpty(secret))
        {
            secret = File.Exists(file) ? File.ReadAllText(file).Trim() : throw new CommandException($"there is no {file}: name the server's --data, or set BRIDGE_ADMIN_SECRET");
        }

        return new(parsed.GetValue(admin)!, secret);
    }
}

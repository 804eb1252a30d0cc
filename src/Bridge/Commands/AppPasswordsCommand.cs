using System.CommandLine;
using System.Text.Json.Nodes;

namespace Bridge;

/// <summary><c>bridge app-passwords add|ls|revoke</c>, on a running server.</summary>
internal static class AppPasswordsCommand
{
    public static Command Create() => new("app-passwords", "Passwords of apps that sync with an instance") { Add(), List(), Revoke() };

    private static Command Add()
    {
        var domain = new Argument<string>("DOMAIN");
        var name = new Option<string>("--name") { Description = "Which app or device it is for", Required = true };
        var command = new Command("add", "Make one and print it alone on the last line; it is not shown again") { domain, name };
        var admin = ServerOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = admin.Connect(parsed);
            Console.WriteLine(await client.AddAppPasswordAsync(parsed.GetValue(domain)!, parsed.GetValue(name)!, ct));
        });
        return command;
    }

    private static Command List()
    {
        var domain = new Argument<string>("DOMAIN");
        var command = new Command("ls", "List them: id, when each was made and last used, the name of the app") { domain };
        var admin = ServerOptions.Of(command);
        var listing = Listing.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = admin.Connect(parsed);
            listing.Print(
                parsed,
                JsonNode.Parse(await client.ListAppPasswordsAsync(parsed.GetValue(domain)!, ct))!.AsArray(),
                "No app is connected",
                ("ID", one => (string)one["id"]!),
                ("MADE", one => Day(one["created_at"])),
                ("USED", one => Day(one["used_at"])),
                ("APP", one => (string)one["name"]!));
        });
        return command;
    }

    private static Command Revoke()
    {
        var (domain, id) = (new Argument<string>("DOMAIN"), new Argument<string>("ID") { Description = "As ls shows it" });
        var command = new Command("revoke", "End one: its app has to log in again") { domain, id };
        var admin = ServerOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = admin.Connect(parsed);
            await client.RevokeAppPasswordAsync(parsed.GetValue(domain)!, parsed.GetValue(id)!, ct);
            Terminal.Line($"Revoked [bold]{parsed.GetValue(id)!}[/]");
        });
        return command;
    }

    private static string Day(JsonNode? time) => time is null ? "never" : $"{(DateTimeOffset)time:yyyy-MM-dd}";
}

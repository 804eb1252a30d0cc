using System.CommandLine;
using System.Text.Json.Nodes;

namespace Bridge;

/// <summary><c>bridge app-passwords add|ls|revoke</c>, on a running server.</summary>
internal static class AppPasswordsCommand
{
    public static Command Create() => new("app-passwords", "Passwords of apps that sync with an instance") { Add(), List(), Revoke() };

    private static Command Add()
    {
        var admin = new AdminOptions();
        var domain = new Argument<string>("DOMAIN");
        var name = new Option<string>("--name") { Description = "Which app or device it is for", Required = true };
        var command = new Command("add", "Make one and print it alone on the last line; it is not shown again") { domain, name };
        admin.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = admin.Connect(parsed);
            Console.WriteLine(await client.AddAppPasswordAsync(parsed.GetValue(domain)!, parsed.GetValue(name)!, ct));
        });
        return command;
    }

    private static Command List()
    {
        var admin = new AdminOptions();
        var domain = new Argument<string>("DOMAIN");
        var command = new Command("ls", "List them: id, when each was made and last used, the name of the app") { domain };
        admin.AddTo(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = admin.Connect(parsed);
            foreach (var one in JsonNode.Parse(await client.ListAppPasswordsAsync(parsed.GetValue(domain)!, ct))!.AsArray())
            {
                Console.WriteLine($"{one!["id"]}\t{Day(one["created_at"])}\t{Day(one["used_at"])}\t{one["name"]}");
            }
        });
        return command;
    }

    private static Command Revoke()
    {
        var admin = new AdminOptions();
        var (domain, id) = (new Argument<string>("DOMAIN"), new Argument<string>("ID") { Description = "As ls shows it" });
        var command = new Command("revoke", "End one: its app has to log in again") { domain, id };
        admin.AddTo(command);
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

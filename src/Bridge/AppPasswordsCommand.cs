using System.CommandLine;

namespace Bridge;

/// <summary><c>bridge app-passwords add</c>, on a running server.</summary>
internal static class AppPasswordsCommand
{
    public static Command Create() => new("app-passwords", "Passwords of apps that sync with an instance") { Add() };

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
}

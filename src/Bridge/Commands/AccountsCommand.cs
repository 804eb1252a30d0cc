using System.CommandLine;

namespace Bridge;

/// <summary><c>bridge accounts add|ls</c>: the Nextclouds that an instance is connected to.</summary>
internal static class AccountsCommand
{
    public static Command Create() => new Command("accounts", "The Nextclouds that an instance is connected to") { Add(), List() }
        .WithExamples("bridge accounts add alma.localhost:8080 --url https://nextcloud.example.com --login alice", "bridge accounts ls alma.localhost:8080");

    private static Command Add()
    {
        var command = new Command("add", "Connect one and print its id alone on the last line");
        var domain = new Argument<string>("DOMAIN") { Description = "The instance" };
        var url = new Option<string>("--url") { Description = "Address of the Nextcloud", Required = true };
        var login = new Option<string>("--login") { Description = "Name of the user there", Required = true };
        command.Arguments.Add(domain);
        command.Options.Add(url);
        command.Options.Add(login);
        var password = SecretOptions.Of(command, "password", "App password of the user");
        var server = ServerOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = server.Connect(parsed);
            Console.WriteLine(await client.AddAccountAsync(parsed.GetValue(domain)!, parsed.GetValue(url)!, parsed.GetValue(login)!, await password.ReadAsync(parsed, ct), ct));
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("ls", "List them");
        var instance = InstanceOptions.Of(command);
        var listing = Listing.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = await instance.ConnectAsync(parsed, ct);
            listing.Print(
                parsed,
                await client.ListAccountsAsync(ct),
                "No Nextcloud is connected: add one with bridge accounts add",
                ("ID", account => (string)account["_id"]!),
                ("ADDRESS", account => (string?)account["auth"]?["url"] ?? ""),
                ("LOGIN", account => (string?)account["auth"]?["login"] ?? ""));
        });
        return command;
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;

namespace Bridge;

/// <summary><c>bridge instances add|add-name|ls|rm|token-cli</c>, on a running server.</summary>
internal static class InstancesCommand
{
    public static Command Create() => new("instances", "The tenants of a running server") { Add(), AddName(), List(), Remove(), TokenCli() };

    private static Command Add()
    {
        var domain = new Argument<string>("DOMAIN") { Description = "Host name with its port, if it has one: alma.localhost:8080" };
        var typed = new Option<string>("--passphrase") { Description = "The passphrase itself; every user of this machine can see it there" };
        var locale = new Option<string>("--locale") { Description = "Language of the instance", DefaultValueFactory = _ => "en" };
        var quota = new Option<long?>("--quota") { Description = "Bytes it may store; no limit without it" };
        var profile = new (string Field, Option<string> Option)[]
        {
            ("Email", new("--email") { Description = "The user's address" }),
            ("PublicName", new("--public-name") { Description = "The user's name as others see it" }),
            ("Timezone", new("--tz") { Description = "For example Europe/Paris" }),
            ("UUID", new("--uuid") { Description = "Made when it is not given" }),
            ("OIDCID", new("--oidc-id") { Description = "The user's id at the identity provider" }),
            ("OrgDomain", new("--org-domain") { Description = "The domain of the user's organization" }),
            ("OrgID", new("--org-id") { Description = "The id of the user's organization" }),
            ("ContextName", new("--context-name") { Description = "The context of the instance, where it is not that of all" }),
        };
        var command = new Command("add", "Add an instance") { domain, typed, locale, quota };
        var passphrase = SecretOptions.Of(command, "passphrase", "What the user types to log in");
        Array.ForEach(profile, one => command.Add(one.Option));
        var admin = ServerOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = admin.Connect(parsed);
            var secret = parsed.GetValue(typed) ?? await passphrase.ReadAsync(parsed, ct);
            await client.AddInstanceAsync(parsed.GetValue(domain)!, secret, parsed.GetValue(locale)!, parsed.GetValue(quota), ct, [.. profile.Select(one => (one.Field, parsed.GetValue(one.Option) ?? ""))]);
            Terminal.Line($"Added [bold]{parsed.GetValue(domain)!}[/]");
        });
        return command;
    }

    private static Command AddName()
    {
        var (domain, name) = (new Argument<string>("DOMAIN"), new Argument<string>("NAME") { Description = "Host name with its port, if it has one" });
        var old = new Option<bool>("--old") { Description = "The instance had it once: whoever comes that way is sent to its domain" };
        var command = new Command("add-name", "Give an instance another name") { domain, name, old };
        var admin = ServerOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = admin.Connect(parsed);
            await client.AddNameAsync(parsed.GetValue(domain)!, parsed.GetValue(name)!, parsed.GetValue(old), ct);
            Terminal.Line($"Added [bold]{parsed.GetValue(name)!}[/]");
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("ls", "List the instances");
        var admin = ServerOptions.Of(command);
        var listing = Listing.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = admin.Connect(parsed);
            listing.Print(
                parsed,
                JsonNode.Parse(await client.ListInstancesAsync(ct))!.AsArray(),
                "No instance yet: add one with bridge instances add",
                ("DOMAIN", one => (string)one["domain"]!),
                ("LANGUAGE", one => (string)one["locale"]!),
                ("QUOTA", one => one["quota"] is { } quota ? Sizes.Bytes((long)quota) : "no limit"));
        });
        return command;
    }

    private static Command Remove()
    {
        var domain = new Argument<string>("DOMAIN") { Description = "As ls shows it" };
        var sure = new Option<bool>("--yes") { Description = "Yes, all of its files, accounts and app passwords; there is no way back" };
        var command = new Command("rm", "Remove an instance and all of its data for good; its domain is not given again") { domain, sure };
        var admin = ServerOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            var name = parsed.GetValue(domain)!;
            if (!parsed.GetValue(sure))
            {
                throw new CommandException($"this removes all files, accounts and app passwords of {name}, and there is no way back: say --yes if that is meant") { ExitCode = ExitCodes.Usage };
            }

            using var client = admin.Connect(parsed);
            await client.RemoveInstanceAsync(name, ct);
            Terminal.Line($"Removed [bold]{name}[/]");
        });
        return command;
    }

    private static Command TokenCli()
    {
        var domain = new Argument<string>("DOMAIN");
        var scopes = new Argument<string[]>("SCOPE") { Description = "For example io.cozy.files:GET,POST", Arity = ArgumentArity.OneOrMore };
        var command = new Command("token-cli", "Mint a token, good for 30 minutes, and print it alone on the last line") { domain, scopes };
        var admin = ServerOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = admin.Connect(parsed);
            Console.WriteLine(await client.CliTokenAsync(parsed.GetValue(domain)!, parsed.GetValue(scopes)!, ct));
        });
        return command;
    }
}

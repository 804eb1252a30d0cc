using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Bridge;

/// <summary><c>bridge migrate</c>: starts a migration on a running server and shows it to its end.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Bring a Nextcloud into an instance; exit code 0 only when everything arrived");
        var instance = InstanceOptions.Of(command);
        var url = new Option<string>("--url") { Description = "Address of the Nextcloud", Required = true };
        var login = new Option<string>("--login") { Description = "Name of the user there", Required = true };
        var password = SecretOptions.Of(command, "password", "App password of the user (Nextcloud: Settings → Security)");
        var source = new Option<string>("--source") { Description = "Folder of the Nextcloud", HelpName = "PATH", DefaultValueFactory = _ => "/" };
        var target = new Option<string>("--target") { Description = "Folder of the Cozy", HelpName = "PATH", DefaultValueFactory = _ => "/Nextcloud" };
        var lists = new (string Field, Option<string[]> Option)[]
        {
            ("folders", new("--folder") { Description = "Only this folder below --source; may be repeated", HelpName = "PATH" }),
            ("exclude", new("--exclude") { Description = "Pattern, as in .gitignore, of what stays; may be repeated", HelpName = "PATTERN" }),
            ("include", new("--include") { Description = "Also bring what is not the user's own: shared, group or external; may be repeated", HelpName = "KIND" }),
        };
        var verify = new Option<string>("--verify") { Description = "Of which files the Nextcloud is asked for its own hash, which makes it read them again; the server's own choice without it" };
        verify.AcceptOnlyFromAmong("none", "sample", "all");
        var dryRun = new Option<bool>("--dry-run") { Description = "Only look what would come, and what not" };
        var detach = new Option<bool>("--detach") { Description = "Start it, print its id and return" };
        Array.ForEach<Option>([url, login, source, target], command.Add);
        Array.ForEach(lists, list => command.Add(list.Option));
        Array.ForEach<Option>([verify, dryRun, detach], command.Add);
        var listing = Listing.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            var order = new JsonObject
            {
                ["nextcloud_url"] = parsed.GetValue(url),
                ["nextcloud_login"] = parsed.GetValue(login),
                ["nextcloud_app_password"] = await password.ReadAsync(parsed, ct),
                ["source_path"] = parsed.GetValue(source),
                ["target_dir"] = parsed.GetValue(target),
            };
            foreach (var (field, option) in lists.Where(list => parsed.GetValue(list.Option) is { Length: > 0 }))
            {
                order[field] = new JsonArray([.. parsed.GetValue(option)!.Select(value => JsonValue.Create(value))]);
            }

            if (parsed.GetValue(verify) is { } extent)
            {
                order["verify"] = extent;
            }

            using var client = await instance.ConnectAsync(parsed, ct);
            return parsed.GetValue(dryRun)
                ? await LookAsync(client, order, listing.IsJson(parsed), ct)
                : await StartAsync(client, order, parsed.GetValue(detach), new(instance, listing, parsed), ct);
        });
        return command.WithExamples(
            "bridge migrate alma.localhost:8080 --url https://nextcloud.example.com --login alice",
            "bridge migrate alma.localhost:8080 --url https://nextcloud.example.com --login alice --password-file secret --dry-run",
            "bridge migrate alma.localhost:8080 --url https://nextcloud.example.com --login alice --folder /Photos --exclude '*.tmp'");
    }

    private static async Task<int> LookAsync(CozyClient client, JsonObject order, bool asJson, CancellationToken ct)
    {
        var found = Terminal.ShowsProgress && !asJson
            ? await AnsiConsole.Status().StartAsync("Looks at what is there", _ => client.PreflightAsync(order, ct))
            : await client.PreflightAsync(order, ct);
        if (asJson)
        {
            Listing.PrintJson(found);
        }
        else
        {
            PreflightSummary.Print(found);
        }

        return ExitCodes.Success;
    }

    private static async Task<int> StartAsync(CozyClient client, JsonObject order, bool detach, MigrationEnd end, CancellationToken ct)
    {
        var id = await client.StartMigrationAsync(order, ct);
        if (detach)
        {
            Console.WriteLine(id);
            return ExitCodes.Success;
        }

        return await end.WaitAsync(id, ct);
    }
}

using System.CommandLine;

namespace Bridge;

/// <summary><c>bridge migrations ls|show|follow|cancel|retry|report</c>, of one instance of a running server.</summary>
internal static class MigrationsCommand
{
    public static Command Create() => new Command("migrations", "The migrations of an instance")
    {
        List(), Show(), Follow(), Cancel(), Retry(), Report(),
    }.WithExamples("bridge migrations ls alma.localhost:8080", "bridge migrations report alma.localhost:8080 ID --outcome failed");

    private static Command List()
    {
        var command = new Command("ls", "List them, the newest first");
        var instance = InstanceOptions.Of(command);
        var listing = Listing.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = await instance.ConnectAsync(parsed, ct);
            listing.Print(
                parsed,
                await client.ListMigrationsAsync(ct),
                "No migration yet: start one with bridge migrate",
                ("ID", document => new MigrationState(document).Id),
                ("STATE", document => new MigrationState(document).Outcome),
                ("FILES", document => $"{new MigrationState(document).Files} of {new MigrationState(document).FilesTotal}"),
                ("SIZE", document => Sizes.Bytes(new MigrationState(document).Bytes)),
                ("STARTED", document => new MigrationState(document).Started),
                ("FROM", document => new MigrationState(document).Source),
                ("TO", document => new MigrationState(document).Target));
        });
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "Tell what one has done and how it stands");
        var (instance, id, listing) = OptionsOf(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = await instance.ConnectAsync(parsed, ct);
            var state = new MigrationState(await client.GetMigrationAsync(parsed.GetValue(id)!, ct));
            new MigrationEnd(instance, listing, parsed).Print(state, parsed.GetValue(instance.Domain)!);
        });
        return command;
    }

    private static Command Follow()
    {
        var command = new Command("follow", "Show one to its end; the exit code is that of migrate");
        var (instance, id, listing) = OptionsOf(command);
        command.SetAction((parsed, ct) => new MigrationEnd(instance, listing, parsed).WaitAsync(parsed.GetValue(id)!, ct));
        return command;
    }

    private static Command Cancel()
    {
        var command = new Command("cancel", "Stop one; what has arrived stays");
        var (instance, id, listing) = OptionsOf(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = await instance.ConnectAsync(parsed, ct);
            await client.CancelMigrationAsync(parsed.GetValue(id)!, ct);
            var code = await new MigrationEnd(instance, listing, parsed).WaitAsync(parsed.GetValue(id)!, ct);
            return code == ExitCodes.Canceled ? ExitCodes.Success : code;
        });
        return command;
    }

    private static Command Retry()
    {
        var command = new Command("retry", "Try again what did not arrive, and show it to its end");
        var (instance, id, listing) = OptionsOf(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = await instance.ConnectAsync(parsed, ct);
            await client.RetryMigrationAsync(parsed.GetValue(id)!, ct);
            return await new MigrationEnd(instance, listing, parsed).WaitAsync(parsed.GetValue(id)!, ct);
        });
        return command;
    }

    private static Command Report()
    {
        var command = new Command("report", "A line for every file: outcome, reason, checksum; as CSV, or with --json");
        var (instance, id, listing) = OptionsOf(command);
        var outcome = new Option<string>("--outcome") { Description = "Only this: imported, identical, renamed, excluded, failed, gone or pending" };
        var output = new Option<FileInfo>("--output") { Description = "Write it to a file", HelpName = "FILE" };
        command.Options.Add(outcome);
        command.Options.Add(output);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = await instance.ConnectAsync(parsed, ct);
            await using var report = await client.OpenReportAsync(parsed.GetValue(id)!, listing.IsJson(parsed) ? "json" : "csv", parsed.GetValue(outcome), ct);
            await using var target = parsed.GetValue(output)?.Create() ?? Console.OpenStandardOutput();
            await report.CopyToAsync(target, ct);
        });
        return command;
    }

    private static (InstanceOptions Instance, Argument<string> Id, Listing Listing) OptionsOf(Command command)
    {
        var instance = InstanceOptions.Of(command);
        var id = new Argument<string>("ID") { Description = "As ls shows it" };
        command.Arguments.Add(id);
        return (instance, id, Listing.Of(command));
    }
}

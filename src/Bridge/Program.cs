using System.CommandLine;
using System.CommandLine.Invocation;
using Bridge;
using Operations;

return await CommandLine.RunAsync(args);

/// <summary>The commands, and how each of them ends.</summary>
internal static class CommandLine
{
    private static readonly InvocationConfiguration Invocation = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };

    public static Command Create()
    {
        var bridge = new Command("bridge", "The bridge between a Cozy drive and Nextcloud.")
        {
            DemoCommand.Create(),
            ServeCommand.Create(),
            InstancesCommand.Create(),
            AccountsCommand.Create(),
            MigrateCommand.Create(),
            MigrationsCommand.Create(),
            ExplainCommand.Create(),
            AppPasswordsCommand.Create(),
            UpkeepCommands.Verify(),
            UpkeepCommands.Repair(),
            UpkeepCommands.Backup(),
            UpkeepCommands.Restore(),
        };
        bridge.Add(CompletionCommand.Create(bridge));
        bridge.Options.Add(new VersionOption());
        bridge.Options.Add(Examples.Help());
        return bridge.WithExamples("bridge demo", "bridge serve", "bridge migrate alma.localhost:8080 --url https://nextcloud.example.com --login alice");
    }

    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = Create().Parse(arguments);
        try
        {
            if (parsed.Action is not ParseErrorAction wrong)
            {
                return await parsed.InvokeAsync(Invocation);
            }

            wrong.ShowHelp = parsed.CommandResult.Command.Subcommands.Count > 0;
            await parsed.InvokeAsync(Invocation);
            return ExitCodes.Usage;
        }
        catch (CommandException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return e.ExitCode;
        }
        catch (Exception e) when (e is HttpRequestException || StartFailure.LineOf(e, null) is not null)
        {
            // What a person can mend: a wrong address, a directory that is not there or not theirs.
            await Console.Error.WriteLineAsync(StartFailure.LineOf(e, null) ?? e.Message);
            return ExitCodes.Refused;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }
}

using System.CommandLine;

namespace Bridge;

/// <summary>
/// A secret of a command: from a file, from stdin, from the environment, or typed unseen at a terminal; never as an
/// argument, which every user of the machine can read in the list of its processes.
/// </summary>
internal sealed class SecretOptions
{
    private readonly string name;
    private readonly string variable;
    private readonly Option<bool> stdin;
    private readonly Option<FileInfo> file;

    private SecretOptions(Command command, string name, string description)
    {
        this.name = name;
        variable = "BRIDGE_" + name.ToUpperInvariant();
        stdin = new($"--{name}-stdin") { Description = $"{description}, read from stdin (or {variable})" };
        file = new($"--{name}-file") { Description = $"{description}, read from a file", HelpName = "FILE" };
        command.Options.Add(stdin);
        command.Options.Add(file);
    }

    /// <param name="command">That takes the secret.</param>
    /// <param name="name">Of its options, <c>--NAME-stdin</c> and <c>--NAME-file</c>.</param>
    /// <param name="description">What it is, for the help.</param>
    public static SecretOptions Of(Command command, string name, string description) => new(command, name, description);

    /// <summary>Its first line.</summary>
    public async Task<string> ReadAsync(ParseResult parsed, CancellationToken ct)
    {
        var secret = await FindAsync(parsed, ct);
        return string.IsNullOrEmpty(secret)
            ? throw new CommandException($"the {name} is missing: give it with --{name}-stdin, --{name}-file FILE or {variable}") { ExitCode = ExitCodes.Usage }
            : secret;
    }

    private async Task<string?> FindAsync(ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(file) is { } given)
        {
            return given.Exists
                ? await File.ReadLinesAsync(given.FullName, ct).FirstOrDefaultAsync(ct)
                : throw new CommandException($"there is no file {given}") { ExitCode = ExitCodes.Usage };
        }

        if (parsed.GetValue(stdin))
        {
            return await Console.In.ReadLineAsync(ct);
        }

        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set
            : Terminal.IsInteractive ? await HiddenPrompt.AskAsync($"{char.ToUpperInvariant(name[0])}{name[1..]}: ", ct)
            : null;
    }
}

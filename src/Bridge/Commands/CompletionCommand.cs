using System.CommandLine;

namespace Bridge;

/// <summary><c>bridge completion SHELL</c>: a script that makes a shell complete the commands and options of this program.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _bridge() { mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"); }
        complete -o default -F _bridge bridge ./bridge
        """;

    private const string Zsh = """
        #compdef bridge
        _bridge() { compadd -- ${(f)"$("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; }
        compdef _bridge bridge ./bridge
        """;

    private const string Fish = """
        complete -c bridge -f -a '(set -l words (commandline -opc) (commandline -ct); $words[1] completion words -- $words[2..] 2>/dev/null)'
        """;

    public static Command Create(Command bridge)
    {
        var command = new Command("completion", "Print a script for the completion of your shell")
        {
            Script("bash", Bash), Script("zsh", Zsh), Script("fish", Fish), Words(bridge),
        };
        return command.WithExamples("source <(bridge completion bash)", "bridge completion fish > ~/.config/fish/completions/bridge.fish");
    }

    private static Command Script(string shell, string script)
    {
        var command = new Command(shell, $"For {shell}");
        command.SetAction(_ => Console.WriteLine(script));
        return command;
    }

    // What the scripts ask: the words that may stand last on this command line.
    private static Command Words(Command bridge)
    {
        var line = new Argument<string[]>("WORD") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("words", "The words that may come next") { line };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            foreach (var word in bridge.Parse(parsed.GetValue(line)!).GetCompletions())
            {
                Console.WriteLine(word.Label);
            }
        });
        return command;
    }
}

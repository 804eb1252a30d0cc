using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Command lines that can be typed as they stand, below the help of their command.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> All = new();

    public static Command WithExamples(this Command command, params string[] lines)
    {
        All.Add(command, lines);
        return command;
    }

    public static HelpOption Help()
    {
        var help = new HelpOption("--help", "-h");
        help.Action = new HelpWithExamples((SynchronousCommandLineAction)help.Action!);
        return help;
    }

    private sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (All.TryGetValue(parseResult.CommandResult.Command, out var lines))
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                Array.ForEach(lines, line => output.WriteLine("  " + line));
                output.WriteLine();
            }

            return code;
        }
    }
}

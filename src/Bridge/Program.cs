using System.CommandLine;
using Bridge;

var root = new RootCommand("The bridge between a Cozy drive and Nextcloud.")
{
    DemoCommand.Create(),
    ServeCommand.Create(),
    InstancesCommand.Create(),
    AppPasswordsCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
}
catch (CommandException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}

using System.CommandLine;
using Bridge.Upkeep;

namespace Bridge;

/// <summary><c>bridge verify|backup|restore</c>, on the data directory of one machine, whether its server runs or not.</summary>
internal static class UpkeepCommands
{
    public static Command Verify()
    {
        var data = DataOption();
        var command = new Command("verify", "Read every stored content and compare it with its checksum; exit code 0 only when all are as they were stored") { data };
        command.SetAction(async (parsed, ct) => await DataVerification.RunAsync(new DataDirectory(parsed.GetValue(data)!).Existing(), ct) ? ExitCodes.Success : ExitCodes.Damaged);
        return command;
    }

    public static Command Backup()
    {
        var data = DataOption();
        var target = new Argument<string>("DIR") { Description = "Where to; an earlier backup there is brought up to date" };
        var command = new Command("backup", "Copy the data to another directory, keys included, while the server runs") { target, data };
        command.SetAction(async (parsed, ct) =>
        {
            var (from, to) = (new DataDirectory(parsed.GetValue(data)!).Existing(), new DataDirectory(parsed.GetValue(target)!));
            if (Path.GetFullPath(from.Root) == Path.GetFullPath(to.Root))
            {
                throw new CommandException("a backup into the data itself is none");
            }

            var contents = await new Copies(from, to).RunAsync(ct);
            Terminal.Line($"[green]✓[/] {to.Root} holds the databases, the keys and {contents} contents. Check it: bridge verify --data {to.Root}");
        });
        return command.WithExamples("bridge backup /mnt/backup/bridge", "bridge verify --data /mnt/backup/bridge");
    }

    public static Command Restore()
    {
        var data = DataOption();
        var source = new Argument<string>("DIR") { Description = "A backup" };
        var command = new Command("restore", "Bring a backup back into an empty data directory, and verify it") { source, data };
        command.SetAction(async (parsed, ct) =>
        {
            var (from, to) = (new DataDirectory(parsed.GetValue(source)!).Existing(), new DataDirectory(parsed.GetValue(data)!));
            if (Directory.Exists(to.Root) && Directory.EnumerateFileSystemEntries(to.Root).Any())
            {
                throw new CommandException($"{to.Root} is not empty: stop the server and move it away first, or name another directory with --data");
            }

            // It takes its place when it is whole: a server never starts on half of it.
            var whole = new DataDirectory(Path.TrimEndingDirectorySeparator(Path.GetFullPath(to.Root)) + ".restoring");
            var contents = await new Copies(from, whole).RunAsync(ct);
            var isGood = await DataVerification.RunAsync(whole, ct);
            whole.ChangeFingerprint();
            if (Directory.Exists(to.Root))
            {
                Directory.Delete(to.Root);
            }

            Directory.Move(whole.Root, to.Root);
            Terminal.Line($"[green]✓[/] {contents} contents are back in {to.Root}");
            return isGood ? ExitCodes.Success : ExitCodes.Damaged;
        });
        return command.WithExamples("bridge restore /mnt/backup/bridge --data .data");
    }

    private static Option<string> DataOption() => new("--data") { Description = "Data directory of the server", HelpName = "DIR", DefaultValueFactory = _ => ".data" };
}

using System.CommandLine;
using Bridge.Upkeep;

namespace Bridge;

/// <summary><c>bridge verify|repair|backup|restore</c>, whether the services run or not; only a restore needs them stopped.</summary>
internal static class UpkeepCommands
{
    public static Command Verify()
    {
        var command = new Command("verify", "Read every stored content and compare it with its checksum; exit code 0 only when all are as they were stored");
        var place = PlaceOptions.Of(command);
        command.SetAction(async (parsed, ct) => await DataVerification.RunAsync(place.Existing(parsed).Drive, ct) ? ExitCodes.Success : ExitCodes.Damaged);
        return command;
    }

    public static Command Repair()
    {
        var source = new Option<string>("--from") { Description = "A backup, to take lost contents from", HelpName = "DIR" };
        var sure = new Option<bool>("--yes") { Description = "Mend it; otherwise only say what would be done" };
        var command = new Command("repair", "Mend what is broken in the data, and only that; no file is removed. Exit code 0 only when nothing is left broken") { source, sure };
        var place = PlaceOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            var backup = parsed.GetValue(source) is { } directory ? new DataDirectory(directory).Existing().DriveSettings() : null;
            return await DataRepair.RunAsync(place.Existing(parsed).Drive, backup, parsed.GetValue(sure), ct) ? ExitCodes.Success : ExitCodes.Damaged;
        });
        return command.WithExamples("bridge repair", "bridge repair --from /mnt/backup/bridge --yes");
    }

    public static Command Backup()
    {
        var target = new Argument<string>("DIR") { Description = "Where to; an earlier backup there is brought up to date" };
        var command = new Command("backup", "Copy the data to another directory, keys included, while the server runs") { target };
        var place = PlaceOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            var (from, to) = (place.Existing(parsed), new DataDirectory(parsed.GetValue(target)!));
            if (from.Directory is { } directory && Path.GetFullPath(directory.Root) == Path.GetFullPath(to.Root))
            {
                throw new CommandException("a backup into the data itself is none");
            }

            var contents = await Copies.BackUpAsync(from, to, ct);
            Terminal.Line($"[green]✓[/] {to.Root} holds the databases, the keys and {contents} contents. Check it: bridge verify --data {to.Root}");
            if (!File.Exists(to.MasterKey))
            {
                Terminal.Line($"! Master:KeyFile is not in {from.Name}: keep the master key beside it, without it nobody can open the credentials of accounts");
            }
        });
        return command.WithExamples("bridge backup /mnt/backup/bridge", "bridge verify --data /mnt/backup/bridge", "bridge backup /mnt/backup/bridge --settings bridge.json");
    }

    public static Command Restore()
    {
        var source = new Argument<string>("DIR") { Description = "A backup" };
        var command = new Command("restore", "Bring a backup back into an empty place, and verify it; also from one kind of place to another") { source };
        var place = PlaceOptions.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            var (from, to) = (new DataDirectory(parsed.GetValue(source)!).Existing(), place.Wanted(parsed));
            return to.Directory is { } directory ? await IntoAsync(from, directory, ct) : await IntoAsync(from, to, ct);
        });
        return command.WithExamples("bridge restore /mnt/backup/bridge --data .data", "bridge restore /mnt/backup/bridge --settings bridge.json");
    }

    private static async Task<int> IntoAsync(DataDirectory from, DataDirectory to, CancellationToken ct)
    {
        if (Directory.Exists(to.Root) && Directory.EnumerateFileSystemEntries(to.Root).Any())
        {
            throw new CommandException($"{to.Root} is not empty: stop the server and move it away first, or name another directory with --data");
        }

        // It takes its place when it is whole: a server never starts on half of it.
        var whole = new DataDirectory(Path.TrimEndingDirectorySeparator(Path.GetFullPath(to.Root)) + ".restoring");
        var contents = await Copies.BackUpAsync(DataPlace.Of(from), whole, ct);
        var isGood = await DataVerification.RunAsync(whole.DriveSettings(), ct);
        DataPlace.Of(whole).ChangeFingerprint();
        if (Directory.Exists(to.Root))
        {
            Directory.Delete(to.Root);
        }

        Directory.Move(whole.Root, to.Root);
        return End(contents, to.Root, isGood);
    }

    private static async Task<int> IntoAsync(DataDirectory from, DataPlace to, CancellationToken ct)
    {
        var contents = await Copies.RestoreAsync(from, to, ct);
        to.ChangeFingerprint();
        return End(contents, to.Name, await DataVerification.RunAsync(to.Drive, ct));
    }

    private static int End(int contents, string place, bool isGood)
    {
        Terminal.Line($"[green]✓[/] {contents} contents are back in {place}");
        return isGood ? ExitCodes.Success : ExitCodes.Damaged;
    }
}

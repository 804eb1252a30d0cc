using RemoteFiles.Files;
using RemoteFiles.Tests.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>Random commands, on the drive and on <see cref="DriveModel"/>, which does everything the slow and obvious way.</summary>
public sealed class DriveModelTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task Sizes_ids_etags_and_revisions_are_what_the_model_says() => Seed.RunAsync(4, async random =>
    {
        await using var test = await TestDrive.CreateAsync();
        var model = new DriveModel();
        for (var step = 0; step < 250; step++)
        {
            var before = await SeeAsync(test);
            var signatures = model.Signatures();
            var (command, predicted) = Next(random, model, test, step);
            var fault = await FaultOfAsync(command);
            Assert.Equal(predicted, fault);

            var after = await SeeAsync(test);
            model.LearnTrashNames(after.Keys);
            Check(model, before, signatures, after);
            Assert.Equal(model.Used, (await test.Drive.GetSpaceAsync(Ct)).Used);
            Assert.Equal(model.DistinctContents, await test.CountContentsAsync());
        }
    });

    private static void Check(
        DriveModel model, Dictionary<string, Entry> before, Dictionary<int, string> signatures, Dictionary<string, Entry> after)
    {
        Assert.Equal(model.Nodes.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        var now = model.Signatures();
        var earlier = before.Values.ToDictionary(entry => entry.Id);
        foreach (var (path, node) in model.Nodes)
        {
            var entry = after[path];
            Assert.Equal((node.IsFolder, model.SizeOf(path)), (entry.IsFolder, entry.Size));
            Assert.Equal(model.IsTrashed(path), entry.Cozy!.Trashed);
            Assert.Equal(entry.Id, node.Id ??= entry.Id);
            if (signatures.TryGetValue(node.Uid, out var was))
            {
                var seen = earlier[entry.Id];
                Assert.Equal(seen.Cozy!.FileId, entry.Cozy.FileId);
                Assert.True((was == now[node.Uid]) == (seen.ETag == entry.ETag), $"etag of {path}: {was} is now {now[node.Uid]}");

                var changed = (seen.Path.Name, seen.Cozy.ParentId, seen.Cozy.Trashed, was.Split('(')[0])
                    != (entry.Path.Name, entry.Cozy.ParentId, entry.Cozy.Trashed, now[node.Uid].Split('(')[0]);
                Assert.True(changed == (seen.Cozy.Rev != entry.Cozy.Rev), $"rev of {path}");
            }
        }
    }

    private static (Func<Task> Command, Fault? Predicted) Next(Random random, DriveModel model, TestDrive test, int step)
    {
        var drive = test.Drive;
        ITrash trash = drive;
        var (one, other) = (Pick(random, model), Pick(random, model));
        var path = FilePath.Parse(one);
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                var content = Enumerable.Repeat((byte)step, random.Next(1, 50)).Append((byte)(step >> 8)).ToArray();
                var overwrite = random.Next(2) == 0;
                return (() => drive.WriteAsync(path, new() { Body = new MemoryStream(content), Length = content.Length, Overwrite = overwrite }, Ct),
                    model.Write(one, content, overwrite));
            case 3 or 4:
                return (() => drive.MakeFolderAsync(path, Ct), model.MakeFolder(one));
            case 5:
                return (() => drive.EnsureFolderAsync(path, Ct), model.Ensure(one));
            case 6 or 7:
                return (() => drive.MoveAsync(path, FilePath.Parse(other), Ct), model.Move(one, other));
            case 8:
                return (() => drive.CopyAsync(path, FilePath.Parse(other), Ct), model.Copy(one, other));
            case 9:
                return (() => drive.DeleteAsync(path, null, Ct), model.Delete(one));
            case 10 when model.TrashTops() is { Count: > 0 } tops:
                var item = tops[random.Next(tops.Count)];
                return random.Next(3) > 0
                    ? (() => trash.RestoreAsync(FilePath.Parse(item[DriveModel.Trash.Length..]), Ct), model.Restore(item))
                    : (() => trash.DeleteAsync(FilePath.Parse(item[DriveModel.Trash.Length..]), Ct), model.Delete(item));
            case 11 when random.Next(6) == 0:
                return (() => trash.EmptyAsync(Ct), model.Empty());
            default:
                var then = DateTimeOffset.FromUnixTimeSeconds(random.Next(1, 1_000_000));
                return (async () => await drive.TouchAsync((await drive.StatAsync(path, Ct))?.Id ?? "none", then, Ct), model.Touch(one));
        }
    }

    // Mostly what is there, so that commands meet; never the root, which refuses them all.
    private static string Pick(Random random, DriveModel model)
    {
        var there = model.Nodes.Keys.Where(path => path != "/" && path != DriveModel.Trash).ToList();
        return there.Count > 0 && random.Next(3) > 0
            ? there[random.Next(there.Count)] + (random.Next(2) == 0 ? "" : "/" + Names[random.Next(3)])
            : "/" + string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Names[random.Next(3)]));
    }

    private static async Task<Dictionary<string, Entry>> SeeAsync(TestDrive test)
    {
        var seen = new Dictionary<string, Entry>();
        async Task SeeBelowAsync(Entry entry)
        {
            seen.Add(entry.Path.ToString(), entry);
            if (entry.IsFolder)
            {
                await foreach (var child in test.Drive.ListAsync(entry.Path, Ct))
                {
                    await SeeBelowAsync(child);
                }
            }
        }

        await SeeBelowAsync((await test.Drive.FindAsync(ICozyDrive.RootId, Ct))!);
        await SeeBelowAsync((await test.Drive.FindAsync(ICozyDrive.TrashId, Ct))!);
        return seen;
    }

    private static async Task<Fault?> FaultOfAsync(Func<Task> command)
    {
        try
        {
            await command();
            return null;
        }
        catch (FaultException e)
        {
            return e.Fault;
        }
    }
}

using System.Text;
using RemoteFiles.Drive;
using RemoteFiles.Files;
using RemoteFiles.Tests.Drive;
using Shared.Faults;
using Shared.Storage;
using Tests.Storage;

namespace RemoteFiles.Tests.Postgres;

/// <summary>Two processes over one schema and one directory of contents write at once: nothing is lost, doubled or counted wrong.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    private const int Names = 6;
    private readonly string directory = Directory.CreateTempSubdirectory("replicas-").FullName;
    private readonly List<TestDrive> replicas = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await PostgresServer.Shared.StartAsync();

        // Both at the same moment: one makes the tables, and the other finds them.
        replicas.AddRange(await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => TestDrive.OpenAsync(directory, open: Open))));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Of_two_that_create_the_same_name_at_once_one_does()
    {
        const int names = 40;
        var created = await Task.WhenAll(Enumerable.Range(0, names * 2).Select(i => TryAsync(() => PutAsync(replicas[i % 2].Drive, $"/{i / 2}", $"{i}", overwrite: false))));

        for (var name = 0; name < names; name++)
        {
            var winners = Enumerable.Range(name * 2, 2).Where(i => created[i]).ToList();
            Assert.Equal($"{Assert.Single(winners)}", await TextAsync(replicas[0].Drive, $"/{name}"));
        }
    }

    [Fact]
    public async Task Any_operations_at_once_leave_a_tree_whose_sizes_and_contents_are_right_in_both()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => WorkAsync(replicas[i % 2].Drive, new Random(seed + i))));

        var trees = new List<string>();
        foreach (var replica in replicas)
        {
            var lines = new List<string>();
            await CheckAsync(replica.Drive, (await replica.Drive.StatAsync(FilePath.Root, Ct))!, lines);
            trees.Add(string.Join('\n', lines));
        }

        Assert.Equal(trees[0], trees[1]);
        Assert.True(replicas.TrueForAll(replica => replica.Events.Count > 0), "one of them did nothing");
    }

    private Database Open() => Database.Open(new() { Directory = directory, Postgres = PostgresServer.Shared.ConnectionString(directory) }, "");

    private static async Task WorkAsync(CozyDrive drive, Random random)
    {
        for (var i = 0; i < 60; i++)
        {
            var (one, other) = (PathOf(random), PathOf(random));
            await TryAsync(() => random.Next(6) switch
            {
                0 => drive.MakeFolderAsync(one, Ct),
                1 => drive.MoveAsync(one, other, Ct),
                2 => drive.CopyAsync(one, other, Ct),
                3 => drive.DeleteAsync(one, null, Ct),
                _ => PutAsync(drive, one.ToString(), new string('x', random.Next(100)), overwrite: true),
            });
        }
    }

    private static FilePath PathOf(Random random)
    {
        var path = FilePath.Root;
        for (var level = random.Next(3); level >= 0; level--)
        {
            path = path.Child($"{random.Next(Names)}");
        }

        return path;
    }

    // What two do at once may well be refused to one of them; anything but a refusal is a mistake.
    private static async Task<bool> TryAsync(Func<Task> operation)
    {
        try
        {
            await operation();
            return true;
        }
        catch (FaultException e) when (e.Fault is Fault.NotFound or Fault.AlreadyExists or Fault.ParentNotFound or Fault.Conflict or Fault.Forbidden or Fault.PreconditionFailed or Fault.Invalid or Fault.Malformed)
        {
            return false;
        }
    }

    private static async Task<long> CheckAsync(CozyDrive drive, Entry entry, List<string> lines)
    {
        lines.Add($"{entry.Path} {entry.Id} {entry.ETag} {entry.Size}");
        if (!entry.IsFolder)
        {
            Assert.Equal(entry.Size!.Value, (await TextAsync(drive, entry.Path.ToString())).Length);
            return entry.Size!.Value;
        }

        var size = 0L;
        await foreach (var child in drive.ListAsync(entry.Path, Ct))
        {
            size += await CheckAsync(drive, child, lines);
        }

        Assert.Equal(entry.Size, size);
        return size;
    }

    private static Task PutAsync(CozyDrive drive, string path, string text, bool overwrite) =>
        drive.WriteAsync(FilePath.Parse(path), new() { Body = new MemoryStream(Encoding.UTF8.GetBytes(text)), Length = text.Length, Overwrite = overwrite }, Ct);

    private static async Task<string> TextAsync(CozyDrive drive, string path)
    {
        await using var download = await drive.OpenAsync(FilePath.Parse(path), 0, Ct);
        using var reader = new StreamReader(download.Body);
        return await reader.ReadToEndAsync(Ct);
    }
}

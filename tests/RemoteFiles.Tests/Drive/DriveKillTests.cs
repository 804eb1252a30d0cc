using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using RemoteFiles.Files;

namespace RemoteFiles.Tests.Drive;

/// <summary>A process that uploads is killed, again and again; what it was told is stored must be there, whole, and nothing else.</summary>
public sealed class DriveKillTests
{
    private const string Target = "DRIVE_KILL_TARGET";
    private const string Round = "DRIVE_KILL_ROUND";
    private const int Rounds = 4;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_kill_every_acknowledged_file_is_whole_and_nothing_half_is_seen()
    {
        var directory = Directory.CreateTempSubdirectory("drive-kill-").FullName;
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                await KillAnUploaderAsync(directory, round);
                await CheckAsync(directory);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The process that is killed: it is this one test, run by the test above.</summary>
    [Fact(Explicit = true)]
    public async Task Uploads_until_it_is_killed()
    {
        var directory = Environment.GetEnvironmentVariable(Target);
        Assert.SkipWhen(directory is null, "started by the test that kills it");
        await using var test = await TestDrive.OpenAsync(directory);
        await using var acknowledged = File.AppendText(Path.Combine(directory, "acknowledged"));
        acknowledged.AutoFlush = true;
        var round = Environment.GetEnvironmentVariable(Round);
        var folder = await test.Drive.EnsureFolderAsync(FilePath.Parse("/uploads"), Ct);
        await Parallel.ForAsync(0, int.MaxValue, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Ct }, async (i, ct) =>
        {
            // Half of them new names, half overwrites of the same few.
            var name = i % 2 == 0 ? $"new {round} {i}" : $"over {i % 7}";

            // And half of them so small that they lie in the database.
            var bytes = new byte[Random.Shared.Next(i % 3 == 0 ? 400_000 : 20_000)];
            Random.Shared.NextBytes(bytes);
            var upload = new Upload { Body = new MemoryStream(bytes), Length = bytes.Length, Overwrite = true };
            var stored = await test.Drive.WriteAsync(folder.Path.Child(name), upload, ct);
            lock (acknowledged)
            {
                acknowledged.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}\t{stored.ETag}\t{Convert.ToHexString(SHA256.HashData(bytes))}"));
            }
        });
    }

    private static async Task KillAnUploaderAsync(string directory, int round)
    {
        var before = Acknowledged(directory).Length;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                typeof(DriveKillTests).Assembly.Location,
                "-explicit", "only", "-method", $"{typeof(DriveKillTests).FullName}.{nameof(Uploads_until_it_is_killed)}",
            },
            Environment = { [Target] = directory, [Round] = round.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var uploader = Process.Start(start)!;
        var output = Task.WhenAll(uploader.StandardOutput.ReadToEndAsync(Ct), uploader.StandardError.ReadToEndAsync(Ct));
        try
        {
            while (Acknowledged(directory).Length < before + 20 + Random.Shared.Next(100))
            {
                Assert.False(uploader.HasExited, "the uploader ended by itself");
                await Task.Delay(5, Ct);
            }
        }
        finally
        {
            uploader.Kill();
            await uploader.WaitForExitAsync(CancellationToken.None);
            await output;
        }
    }

    private static async Task CheckAsync(string directory)
    {
        await using var test = await TestDrive.OpenAsync(directory);
        var folder = FilePath.Parse("/uploads");
        var files = await test.Drive.ListAsync(folder, Ct).ToDictionaryAsync(file => file.Path.Name, null, Ct);
        Assert.Equal(files.Values.Sum(file => file.Size), (await test.Drive.StatAsync(FilePath.Root, Ct))!.Size);
        foreach (var file in files.Values)
        {
            await using var download = await test.Drive.OpenAsync(file.Path, 0, Ct);
            Assert.Equal(file.Sha256.ToArray(), await SHA256.HashDataAsync(download.Body, Ct));
        }

        // A line counts when it was written to its end. A later overwrite may be on record without its line.
        foreach (var line in Acknowledged(directory))
        {
            var (name, etag, sha256) = line.Split('\t') is [var first, var second, var third] ? (first, second, third) : throw new InvalidDataException(line);
            Assert.True(files.TryGetValue(name, out var file), $"{name} was acknowledged and is gone");
            Assert.True(file.ETag != etag || Convert.ToHexString(file.Sha256.Span) == sha256, $"{name} has other bytes than were acknowledged");
            Assert.True(file.ETag == etag || name.StartsWith("over", StringComparison.Ordinal), $"{name} is another file");
        }

        await test.Store.SweepAsync(TimeSpan.Zero, Ct);
        var contents = 0;
        foreach (var file in files.Values)
        {
            contents += (await test.Drive.VersionsAsync(file.Cozy!.FileId, Ct))!.Count;
        }

        Assert.Equal(contents, await test.CountContentsAsync());
    }

    private static string[] Acknowledged(string directory)
    {
        var log = Path.Combine(directory, "acknowledged");
        if (!File.Exists(log))
        {
            return [];
        }

        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n')[..^1];
    }
}

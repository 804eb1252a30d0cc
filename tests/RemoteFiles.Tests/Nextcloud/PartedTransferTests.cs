using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using RemoteFiles.Tests.Drive;
using Shared.Faults;
using StandIn;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Files that come in parts: what is safe is not asked for again, and never put together with something else.</summary>
public sealed class PartedTransferTests : IAsyncLifetime
{
    private const int Part = 100_000;
    private static readonly FilePath Target = FilePath.Parse("/copy.bin");

    private readonly byte[] content = RandomNumberGenerator.GetBytes((5 * Part) + 7);
    private readonly IOptions<NextcloudOptions> options = Options.Create(new NextcloudOptions { AllowPrivateNetworks = true });
    private StandInNextcloud standIn = null!;
    private NextcloudHttp http = null!;
    private IFileTree tree = null!;
    private TestDrive drive = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IReadOnlyList<string?> Ranges =>
        [.. standIn.Requests.Where(request => request.Is("GET", "a.bin")).Select(request => request.Headers.GetValueOrDefault("Range"))];

    public async ValueTask InitializeAsync()
    {
        standIn = await StandInNextcloud.StartAsync();
        standIn.Tree.AddFile("/a.bin", content);
        http = new(options, new(() => options.Value, TimeProvider.System), Network.OfThisMachine);
        tree = new NextcloudConnector(http, options, TimeProvider.System, NullLogger<NextcloudConnector>.Instance)
            .Tree(new("account", standIn.Url, standIn.User.Login, standIn.User.Password, standIn.User.Id));
        drive = await TestDrive.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await drive.DisposeAsync();
        http.Dispose();
        await standIn.DisposeAsync();
    }

    [Fact]
    public async Task A_file_in_parts_has_its_facts_and_is_known_for_a_copy()
    {
        var done = await CopyAsync(withHash: true);

        Assert.Equal((TransferOutcome.Copied, Proof.Hash, (long?)content.Length), (done.Outcome, done.Proof, done.Entry.Size));
        Assert.Equal(SHA256.HashData(content), done.Entry.Sha256.ToArray());
        Assert.Equal((new Origin("account", done.Source.Id, done.Source.ETag), done.Source.ModifiedAt), (done.Entry.Origin, done.Entry.ModifiedAt));
        await AssertContentAsync(content);
        Assert.Equal((TransferOutcome.AlreadyThere, Proof.Version), ((await CopyAsync()).Outcome, (await CopyAsync()).Proof));
        Assert.Single(Ranges);
    }

    [Fact]
    public async Task After_a_break_it_goes_on_with_the_parts_that_are_here()
    {
        using var cut = standIn.Next(request => request.Is("GET", "a.bin"), Misbehave.EndAfter((3 * Part) + 1000));
        await Assert.ThrowsAsync<FaultException>(() => CopyAsync());
        Assert.Null(await drive.Drive.StatAsync(Target, Ct));

        await CopyAsync();

        await AssertContentAsync(content);
        Assert.Equal([null, $"bytes={(3 * Part) - (64 * 1024)}-"], Ranges);
        Assert.Equal(1, cut.Times);
    }

    [Fact]
    public async Task A_part_that_ends_with_a_page_is_found_and_all_begins_anew()
    {
        using (standIn.Next(request => request.Is("GET", "a.bin"), async (context, usual) =>
        {
            context.Response.Headers.ETag = $"\"{((FileNode)standIn.Tree.Find("a.bin")!).ETag}\"";
            await context.Response.Body.WriteAsync(content.AsMemory(0, (2 * Part) - 1000), Ct);
            await context.Response.Body.WriteAsync(Enumerable.Repeat((byte)' ', 1001).ToArray(), Ct);
        }))
        {
            await Assert.ThrowsAsync<FaultException>(() => CopyAsync());
        }

        var thrown = await Assert.ThrowsAsync<FaultException>(() => CopyAsync());
        Assert.Equal((Fault.BadGateway, "what came before this process ended is not what the file holds"), (thrown.Fault, thrown.Message));
        await CopyAsync();

        await AssertContentAsync(content);
        Assert.Equal([null, $"bytes={(2 * Part) - (64 * 1024)}-", null], Ranges);
    }

    [Fact]
    public async Task Another_version_begins_anew()
    {
        using var cut = standIn.Next(request => request.Is("GET", "a.bin"), Misbehave.EndAfter((3 * Part) + 1000));
        await Assert.ThrowsAsync<FaultException>(() => CopyAsync());
        var newer = RandomNumberGenerator.GetBytes(content.Length);
        standIn.Tree.AddFile("/a.bin", newer);

        await CopyAsync();

        await AssertContentAsync(newer);
        Assert.Equal([null, null], Ranges);
        Assert.Equal(1, cut.Times);
    }

    [Fact]
    public async Task A_newer_version_takes_the_place_of_its_older_copy()
    {
        var older = (await CopyAsync()).Entry;
        var newer = RandomNumberGenerator.GetBytes(content.Length + Part);
        standIn.Tree.AddFile("/a.bin", newer);

        var done = await CopyAsync();

        Assert.Equal((TransferOutcome.Copied, older.Id), (done.Outcome, done.Entry.Id));
        await AssertContentAsync(newer);
        Assert.Equal([newer.Length, content.Length], (await drive.Drive.VersionsAsync(done.Entry.Cozy!.FileId, Ct))!.Select(version => version.Size));
    }

    private async Task<Transferred> CopyAsync(bool withHash = false) => await SteadyTransfer.CopyAsync(
        tree,
        (await tree.StatAsync(FilePath.Parse("/a.bin"), Ct))!,
        drive.Drive,
        Target,
        new("account", "") { WithHash = withHash, Parts = new() { SmallestInParts = 1, PartSize = Part } },
        Ct);

    private async Task AssertContentAsync(byte[] expected)
    {
        await using var stored = await drive.Drive.OpenAsync(Target, 0, Ct);
        Assert.Equal(SHA256.HashData(expected), await SHA256.HashDataAsync(stored.Body, Ct));
    }
}

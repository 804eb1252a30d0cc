using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using RemoteFiles.Tests.Drive;
using Shared.Faults;
using StandIn;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Copies that are compared with the hash which the Nextcloud itself tells of its file.</summary>
public sealed class HashTests : IAsyncLifetime
{
    private static readonly FilePath Target = FilePath.Parse("/copy.txt");

    private readonly byte[] content = RandomNumberGenerator.GetBytes(2000);
    private readonly IOptions<NextcloudOptions> options = Options.Create(new NextcloudOptions { AllowPrivateNetworks = true });
    private StandInNextcloud standIn = null!;
    private NextcloudHttp http = null!;
    private IFileTree tree = null!;
    private TestDrive drive = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        standIn = await StandInNextcloud.StartAsync();
        standIn.Tree.AddFile("/a.txt", content);
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

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    public async Task A_page_of_the_same_length_in_place_of_a_file_is_found_and_nothing_of_it_is_stored(int largestSmallContent)
    {
        await using var used = await TestDrive.CreateAsync(largestSmallContent);
        using var page = standIn.Next(request => request.Is("GET", "a.txt"), Page);

        var thrown = await Assert.ThrowsAsync<FaultException>(() => CopyAsync(used));

        Assert.Equal((Fault.BadGateway, "what came of /a.txt is not what its server holds", 1), (thrown.Fault, thrown.Message, page.Times));
        Assert.Null(await used.Drive.StatAsync(Target, Ct));
        Assert.Equal(0, await used.CountContentsAsync());
        Assert.Equal((TransferOutcome.Copied, Proof.Hash), await OutcomeAsync(used));
        await AssertContentAsync(used);
    }

    [Fact]
    public async Task Without_the_wish_nobody_is_asked_for_a_hash()
    {
        var done = await SteadyTransfer.CopyAsync(tree, await EntryAsync(), drive.Drive, Target, new("account", ""), Ct);

        Assert.Equal(Proof.Length, done.Proof);
        Assert.DoesNotContain(standIn.Requests, request => request.Method == "PATCH");
        Assert.Empty(((FileNode)standIn.Tree.Find("a.txt")!).Checksum);
    }

    [Fact]
    public async Task Where_no_hash_is_offered_a_copy_counts_by_its_length_and_the_server_is_not_asked_again()
    {
        using var old = standIn.Always(request => request.Method == "PATCH", Misbehave.Exception(501, "NotImplemented", "no plugin"));

        Assert.Equal((TransferOutcome.Copied, Proof.Length), await OutcomeAsync(drive));
        await drive.Drive.DeleteAsync(Target, null, Ct);
        Assert.Equal((TransferOutcome.Copied, Proof.Length), await OutcomeAsync(drive));

        Assert.Equal(1, old.Times);
    }

    [Fact]
    public async Task A_file_that_cannot_be_hashed_counts_by_its_length_and_the_next_one_is_asked_for()
    {
        standIn.Tree.AddFile("/b.txt", content);
        using var broken = standIn.Always(request => request.Is("PATCH", "a.txt"), Misbehave.Status(500));

        Assert.Equal((TransferOutcome.Copied, Proof.Length), await OutcomeAsync(drive));
        Assert.Equal((TransferOutcome.AlreadyThere, Proof.Hash), await OutcomeAsync(drive, "/b.txt"));

        Assert.Equal(3, broken.Times);
    }

    [Fact]
    public async Task A_file_that_is_locked_for_a_moment_is_asked_for_again()
    {
        using var locked = standIn.Next(request => request.Is("PATCH", "a.txt"), Misbehave.Status(423));

        Assert.Equal((TransferOutcome.Copied, Proof.Hash), await OutcomeAsync(drive));

        Assert.Equal(1, locked.Times);
    }

    [Fact]
    public async Task A_file_that_changes_before_its_hash_is_told_so_and_comes_as_it_is_then()
    {
        var newer = RandomNumberGenerator.GetBytes(2000);
        using var changes = standIn.Next(request => request.Is("PATCH", "a.txt"), Misbehave.After(() => standIn.Tree.AddFile("/a.txt", newer)));

        var thrown = await Assert.ThrowsAsync<FaultException>(() => CopyAsync(drive));

        Assert.Equal((Fault.PreconditionFailed, "/a.txt changes while it is read", 1), (thrown.Fault, thrown.Message, changes.Times));
        Assert.Equal((TransferOutcome.Copied, Proof.Hash), await OutcomeAsync(drive));
    }

    [Fact]
    public async Task The_same_content_that_lies_there_already_moves_no_byte()
    {
        await drive.Drive.WriteAsync(Target, new() { Body = new MemoryStream(content), Length = content.Length }, Ct);

        Assert.Equal((TransferOutcome.AlreadyThere, Proof.Hash), await OutcomeAsync(drive));

        Assert.DoesNotContain(standIn.Requests, request => request.Method == "GET");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_file_of_the_same_name_and_size_is_not_taken_for_it_and_both_are_kept(bool withHash)
    {
        var mine = RandomNumberGenerator.GetBytes(content.Length);
        await drive.Drive.WriteAsync(Target, new() { Body = new MemoryStream(mine), Length = mine.Length }, Ct);
        var details = new TransferDetails("account", "") { WithHash = withHash };

        var done = await SteadyTransfer.CopyAsync(tree, await EntryAsync(), drive.Drive, Target, details, Ct);

        Assert.Equal((TransferOutcome.Renamed, "/copy (2).txt"), (done.Outcome, done.Entry.Path.ToString()));
        await using var kept = await drive.Drive.OpenAsync(Target, 0, Ct);
        Assert.Equal(SHA256.HashData(mine), await SHA256.HashDataAsync(kept.Body, Ct));
    }

    [Fact]
    public async Task Without_a_hash_the_same_content_is_told_by_reading_it()
    {
        await drive.Drive.WriteAsync(Target, new() { Body = new MemoryStream(content), Length = content.Length }, Ct);

        var done = await SteadyTransfer.CopyAsync(tree, await EntryAsync(), drive.Drive, Target, new("account", ""), Ct);

        Assert.Equal((TransferOutcome.AlreadyThere, Proof.Content), (done.Outcome, done.Proof));
        Assert.Single(await drive.Drive.ListAsync(FilePath.Root, Ct).ToListAsync(Ct));
    }

    [Fact]
    public async Task A_copy_of_this_very_version_that_its_source_disowns_is_brought_anew()
    {
        using (standIn.Next(request => request.Is("GET", "a.txt"), Page))
        {
            var wrong = await SteadyTransfer.CopyAsync(tree, await EntryAsync(), drive.Drive, Target, new("account", ""), Ct);
            Assert.Equal(Proof.Length, wrong.Proof);
        }

        Assert.Equal((TransferOutcome.Copied, Proof.Hash), await OutcomeAsync(drive));

        await AssertContentAsync(drive);
        Assert.Single(await drive.Drive.ListAsync(FilePath.Root, Ct).ToListAsync(Ct));
    }

    private Task Page(Microsoft.AspNetCore.Http.HttpContext context, Func<Task> usual)
    {
        var file = (FileNode)standIn.Tree.Find("a.txt")!;
        context.Response.Headers.ETag = $"\"{file.ETag}\"";
        context.Response.ContentLength = content.Length;
        return context.Response.Body.WriteAsync(Enumerable.Repeat((byte)' ', content.Length).ToArray(), Ct).AsTask();
    }

    private async Task<Entry> EntryAsync(string path = "/a.txt") => (await tree.StatAsync(FilePath.Parse(path), Ct))!;

    private async Task<Transferred> CopyAsync(TestDrive to, string path = "/a.txt") =>
        await SteadyTransfer.CopyAsync(tree, await EntryAsync(path), to.Drive, Target, new("account", "") { WithHash = true }, Ct);

    private async Task<(TransferOutcome Outcome, Proof Proof)> OutcomeAsync(TestDrive to, string path = "/a.txt")
    {
        var done = await CopyAsync(to, path);
        return (done.Outcome, done.Proof);
    }

    private async Task AssertContentAsync(TestDrive of)
    {
        await using var stored = await of.Drive.OpenAsync(Target, 0, Ct);
        Assert.Equal(SHA256.HashData(content), await SHA256.HashDataAsync(stored.Body, Ct));
    }
}

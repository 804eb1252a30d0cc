using Migration.Migrations;
using Migration.Tests.Fakes;
using Shared.Faults;
using Tests.Storage;

namespace Migration.Tests;

/// <summary>What the ledger says of each file, and the document of all.</summary>
public sealed class LedgerTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Each_file_has_a_line_with_what_it_was_what_it_is_and_how_both_were_compared()
    {
        rig.Remote.Folder("/docs").File("/docs/a.txt", 7).File("/docs/broken.txt", 3);
        rig.Remote.OnFetch = (file, _) => file.Path.Name == "broken.txt" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;
        await rig.StartWorkerAsync();

        var id = await rig.TriggerAsync();
        var document = await rig.FinishAsync(id);

        var lines = await LinesAsync(id);
        Assert.Equal(["/docs/a.txt", "/docs/broken.txt"], lines.Select(line => line.Path));
        var source = rig.Remote.Drive["/Nextcloud/docs/a.txt"];
        Assert.Equal(
            new ReportLine("/docs/a.txt", false, "imported")
            {
                SourceId = source.Id,
                ETag = source.ETag,
                Size = 7,
                ModifiedAt = DateTimeOffset.FromUnixTimeSeconds(source.ModifiedAt!.Value),
                Attempts = 1,
                FileId = "id:/Nextcloud/docs/a.txt",
                Name = "a.txt",
                Sha256 = new('a', 64),
                Md5 = new('b', 32),
                Proof = "length",
            },
            lines[0]);
        Assert.Equal(("failed", "not_allowed", "no", ""), (lines[1].Outcome, lines[1].Reason!.Code, lines[1].Message, lines[1].Sha256));
        Assert.Equal(("partial", new FileCounts(1, 0, 0, 0, 1, 0, new(1, 0, 0, 0, 0, 0))), (document.Outcome, document.Counts));
        Assert.Equal("not_allowed", Assert.Single(document.Errors).Code);
    }

    // Four bytes each, and nothing in it repeats: no database makes it shorter.
    [Fact]
    public async Task A_path_that_the_database_cannot_look_up_is_left_out_with_a_reason_and_all_else_comes()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var name = string.Concat(Enumerable.Range(0, 750).Select(_ => char.ConvertFromUtf32(random.Next(0x10000, 0x1f000))));
        rig.Remote.Folder("/docs").Folder($"/docs/{name}").File($"/docs/{name}/inside.txt").File($"/docs/a{name}").File("/docs/b.txt");
        await rig.StartWorkerAsync();

        var id = await rig.TriggerAsync();
        var document = await rig.FinishAsync(id);

        var lines = await LinesAsync(id);
        var leftOut = lines.Where(line => line.Outcome == "excluded").ToList();
        Assert.Equal("imported", lines.Single(line => line.Path == "/docs/b.txt").Outcome);
        Assert.Equal("completed", document.Status.ToString(), ignoreCase: true);
        Assert.Equal(TestEngine.IsPostgres ? 2 : 0, leftOut.Count);
        Assert.All(leftOut, line => Assert.Equal("bad_name", line.Reason!.Code));
        Assert.All(leftOut, line => Assert.StartsWith("/docs/", line.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Fault.Locked, "locked")]
    [InlineData(Fault.Forbidden, "not_allowed")]
    [InlineData(Fault.NotFound, "not_there")]
    [InlineData(Fault.PreconditionFailed, "changing")]
    [InlineData(Fault.Changing, "changing")]
    [InlineData(Fault.Unavailable, "unreachable")]
    [InlineData(Fault.BadGateway, "bad_answer")]
    [InlineData(Fault.Invalid, "bad_name")]
    [InlineData(Fault.AlreadyExists, "name_taken")]
    [InlineData(Fault.ParentNotFound, "target_gone")]
    [InlineData(Fault.TooLarge, "too_large")]
    [InlineData(Fault.Internal, "server_error")]
    public async Task A_file_that_fails_has_the_code_of_its_reason(object fault, string code)
    {
        rig.Remote.File("/a.txt");
        rig.Remote.OnFetch = (_, _) => throw new FaultException((Fault)fault, "it went wrong");
        await rig.StartWorkerAsync();

        var id = await rig.TriggerAsync();
        var document = await rig.FinishAsync(id);

        var line = Assert.Single(await LinesAsync(id));
        Assert.Equal(("failed", code, "it went wrong"), (line.Outcome, line.Reason!.Code, line.Message));
        Assert.True(line.Attempts >= 1);
        Assert.Equal((code, "it went wrong"), (Assert.Single(document.Errors).Code, document.Errors[0].Message));
    }

    [Fact]
    public void Every_reason_has_a_code_of_its_own_with_plain_words()
    {
        var texts = Enum.GetValues<Reason>().Select(reason => reason.Text()).ToList();

        Assert.Equal(texts.Count, texts.Select(text => text.Code).Distinct().Count());
        Assert.All(texts, text => Assert.Matches("^[a-z_]+$", text.Code));
        Assert.All(texts, text => Assert.EndsWith(".", text.Words, StringComparison.Ordinal));
        Assert.All(texts, text => Assert.Same(text.Words, ReasonText.Of(text.Code)!.Words));
    }

    [Fact]
    public async Task Files_that_were_there_or_got_another_name_are_counted_apart()
    {
        rig.Remote.File("/same.txt").File("/taken.txt").File("/new.txt");
        await rig.StartWorkerAsync();
        await rig.FinishAsync(await rig.TriggerAsync());
        rig.Remote.Change("/taken.txt", 99);
        rig.Remote.Drive["/Nextcloud/taken.txt"] = new("of another source", CleanPath.Root, false, 1, "", null);
        rig.Remote.Drive.TryRemove("/Nextcloud/new.txt", out _);

        var id = await rig.TriggerAsync();
        var document = await rig.FinishAsync(id);

        Assert.Equal(("complete", new FileCounts(1, 1, 1, 0, 0, 0, new(2, 0, 0, 1, 0, 0))), (document.Outcome, document.Counts));
        Assert.Equal("name_taken", (await LinesAsync(id, "renamed")).Single().Reason!.Code);
        Assert.Equal("/same.txt", (await LinesAsync(id, "identical")).Single().Path);
    }

    private async Task<IReadOnlyList<ReportLine>> LinesAsync(string id, string? outcome = null) =>
        await ((ILedgerReport)rig.Ledger).ReportAsync(id, new(outcome, null), "", 100, TestContext.Current.CancellationToken);
}

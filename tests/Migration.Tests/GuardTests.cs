using Migration.Migrations;
using Migration.Tests.Fakes;

namespace Migration.Tests;

/// <summary>The states of a migration, and what no state allows.</summary>
public sealed class GuardTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 4, 13, 11, 21, 0, TimeSpan.Zero);

    private readonly Rig rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("completed")]
    [InlineData("failed")]
    [InlineData("canceled")]
    public async Task A_migration_that_has_ended_never_changes_again(string end)
    {
        var id = await rig.TriggerAsync();
        await rig.Migrations.ChangeAsync(id, row => row with { Document = End(row.Document.Start(Now), end) }, Ct);
        var ended = (await rig.Migrations.FindAsync(Rig.Instance, id, Ct))!;
        Assert.Equal(end, ended.Document.Status.Text());
        Assert.Null(ended.LeaseOwner);

        foreach (var next in new Func<TrackedMigration, TrackedMigration?>[]
        {
            row => row with { Document = row.Document.Start(Now) },
            row => row with { Document = row.Document.Complete(Now, null, new Dictionary<string, long>()) },
            row => row with { Document = row.Document.Fail("late", Now) },
            row => row with { Document = row.Document.Cancel(Now) },
            row => row with { Document = row.Document.RequestCancel(Now) },
            row => row.TakenBy("someone", Now, Now),
        })
        {
            Assert.Null(await rig.Migrations.ChangeAsync(id, next, Ct));
        }

        Assert.False(await rig.Migrations.RenewLeaseAsync(id, "someone", Now, Ct));
        Assert.Null(await rig.Migrations.ViewLeaseAsync(id, Ct));
        Assert.Empty(await rig.Migrations.FindWaitingAsync(TimeProvider.System.GetUtcNow(), 10, Ct));
        var after = (await rig.Migrations.FindAsync(Rig.Instance, id, Ct))!;
        Assert.Equal((ended.Rev, DocumentJson.Write(ended.Document)), (after.Rev, DocumentJson.Write(after.Document)));
    }

    [Fact]
    public async Task The_revision_counts_the_changes_of_the_document_and_of_nothing_else()
    {
        var id = await rig.TriggerAsync();
        var before = (await rig.Migrations.FindAsync(Rig.Instance, id, Ct))!.Rev;

        var taken = await rig.Migrations.ChangeAsync(id, row => row.TakenBy("me", Now + TimeSpan.FromDays(9999), Now), Ct);
        Assert.True(await rig.Migrations.RenewLeaseAsync(id, "me", Now + TimeSpan.FromDays(9999), Ct));
        var started = await rig.Migrations.ChangeAsync(id, row => row with { Document = row.Document.Start(Now) }, Ct);

        Assert.Equal(before, taken!.Rev);
        Assert.Equal(int.Parse(before.Split('-')[0]) + 1, int.Parse(started!.Rev.Split('-')[0]));
    }

    [Fact]
    public void A_second_start_keeps_the_time_of_the_first()
    {
        var document = Document().Start(Now).Start(Now + TimeSpan.FromHours(1));

        Assert.Equal((Now, Now + TimeSpan.FromHours(1)), (document.StartedAt, document.LastHeartbeatAt));
    }

    [Fact]
    public void A_failure_of_a_full_list_takes_the_place_of_the_last_error_and_counts_it()
    {
        var errors = Enumerable.Range(0, 1000).Select(i => new FileError($"/{i}", "no", Now)).ToList();

        var failed = Document().Report(new(new(0, 0, 0, 0), errors, 1500, [], 0), Now).Fail("reason", Now);

        Assert.Equal((1000, 501L, "/0", "reason"), (failed.Errors.Count, failed.ErrorsTruncatedCount, failed.Errors[0].Path, failed.Errors[^1].Message));
    }

    [Fact]
    public void What_is_written_is_read_as_it_was()
    {
        var document = Document().Start(Now).RequestCancel(Now).Report(new(new(1, 2, 3, 4), [new("/é", "a \"b\"", Now)], 1, [new("/x", "x (2)")], 1), Now)
            .Cancel(Now) with { SourceDeletedAt = Now };

        var json = DocumentJson.Write(document);

        Assert.Equal(json, DocumentJson.Write(DocumentJson.Read(json)));
        Assert.Contains("\"canceled_at\":\"2026-04-13T11:21:00.000Z\"", json, StringComparison.Ordinal);
        Assert.Contains("\"source_deleted_at\":", json, StringComparison.Ordinal);
    }

    private static TrackingDocument Document() =>
        new() { Status = MigrationStatus.Pending, SourcePath = "/", TargetDir = "/Nextcloud", AccountId = "a", CozyMetadata = new(Now) };

    private static TrackingDocument End(TrackingDocument document, string end) => end switch
    {
        "completed" => document.Complete(Now, null, new Dictionary<string, long>()),
        "failed" => document.Fail("reason", Now),
        _ => document.Cancel(Now),
    };
}

using System.Net;
using System.Text.Json.Nodes;
using Migration.Migrations;
using Migration.Tests.Fakes;

namespace Migration.Tests;

/// <summary>Of which files the source is asked for its own hash, and that the record says how each was compared.</summary>
public sealed class VerificationTests : IAsyncLifetime
{
    private RunningService service = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => service = await RunningService.StartAsync(("Migration:Verify", "sample"));

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_of_them_or_none_as_the_trigger_says_alone_and_in_batches(bool modern)
    {
        service.Remote.IsModern = modern;
        service.Remote.File("/1.txt").File("/2.txt").File("/large.bin", Listings.LargestSmallFile + 1);

        var all = await service.FinishAsync(await service.TriggerAsync(",\"verify\":\"all\""));
        service.Remote.Drive.Clear();
        var none = await service.FinishAsync(await service.TriggerAsync(",\"verify\":\"none\",\"target_dir\":\"/Other\""));

        Assert.Equal(("all", 3, 0), ((string)all["verify"]!, Verified(all, "hash"), Verified(all, "length")));
        Assert.Equal(("none", 0, 3), ((string)none["verify"]!, Verified(none, "hash"), Verified(none, "length")));
        using var report = await service.GetAsync($"/remote/nextcloud/migration/{(string)all["_id"]!}/report?format=json");
        Assert.All(JsonNode.Parse(await report.Content.ReadAsStringAsync(Ct))!.AsArray(), line => Assert.Equal("hash", (string)line!["proof"]!));
    }

    [Fact]
    public async Task A_sample_is_one_in_twenty_of_any_thousand_and_the_same_each_time()
    {
        for (var i = 0; i < 1000; i++)
        {
            service.Remote.File($"/{i}.txt");
        }

        var document = await service.FinishAsync(await service.TriggerAsync());

        Assert.Null(document["verify"]);
        Assert.InRange(Verified(document, "hash"), 30, 70);
        Assert.Equal(1000 - Verified(document, "hash"), Verified(document, "length"));
        foreach (var first in new[] { 0, 10_000, 123_456_789 })
        {
            var taken = Enumerable.Range(first, 1000).Where(id => Verification.Sample.Takes(new($"{id}", CleanPath.Root, false, 1, "", null)));
            Assert.InRange(taken.Count(), 30, 70);
        }
    }

    [Fact]
    public async Task A_word_that_is_none_of_the_three_is_refused()
    {
        using var refused = await service.PostAsync(
            "/remote/nextcloud/migration",
            """{"nextcloud_url":"https://nc.alma.example","nextcloud_login":"alma","nextcloud_app_password":"secret","verify":"some"}""");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("verify must be none, sample or all", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private static int Verified(JsonNode document, string how) => (int)document["counts"]!["verified"]![how]!;
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Migration.Tests.Fakes;
using Protos;
using Shared.Faults;
using Shared.Storage;

namespace Migration.Tests;

/// <summary>The report of a migration, as its owner downloads it.</summary>
[Collection(AloneCollection.Name)]
public sealed class ReportTests : IAsyncLifetime
{
    private RunningService service = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => service = await RunningService.StartAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task It_is_JSON_with_everything_that_is_known_of_each_file()
    {
        var id = await MigrateAsync();

        using var answer = await service.GetAsync(At(id));

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        var lines = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!.AsArray();
        Assert.Equal(["/=1+1.txt", "/a,\"b\".txt", "/bad.txt"], lines.Select(line => (string)line!["path"]!));
        Assert.Equal(("imported", "length", 10), ((string)lines[0]!["outcome"]!, (string)lines[0]!["proof"]!, (int)lines[0]!["size"]!));
        Assert.Equal((new string('a', 64), new string('b', 32), "1"), ((string)lines[0]!["sha256"]!, (string)lines[0]!["md5"]!, (string)lines[0]!["source_id"]!));
        Assert.Equal(("not_allowed", "2023-11-14T22:13:20.000Z"), ((string)lines[2]!["reason"]!["code"]!, (string)lines[2]!["modified_at"]!));
        Assert.NotEmpty((string)lines[2]!["reason"]!["advice"]!);
    }

    [Fact]
    public async Task It_is_CSV_in_which_no_name_becomes_a_formula()
    {
        var id = await MigrateAsync();

        using var answer = await service.GetAsync(At(id) + "?format=csv");

        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal($"attachment; filename=\"migration-{id}.csv\"", answer.Content.Headers.ContentDisposition!.ToString());
        var rows = (await answer.Content.ReadAsStringAsync(Ct)).Split("\r\n");
        Assert.Equal(5, rows.Length);
        Assert.StartsWith("path,type,outcome,reason,", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("/=1+1.txt,file,imported,,", rows[1], StringComparison.Ordinal);
        Assert.Contains(",'=1+1.txt,", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("\"/a,\"\"b\"\".txt\",file,imported,", rows[2], StringComparison.Ordinal);
        Assert.Contains(",not_allowed,", rows[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_chooses_the_form_and_filters_choose_the_lines()
    {
        var id = await MigrateAsync();

        using var failed = await service.GetAsync(At(id) + "?format=json&outcome=failed");
        using var locked = await service.GetAsync(At(id) + "?reason=locked");
        using var odd = await service.GetAsync(At(id) + "?outcome=good");

        Assert.Equal("/bad.txt", (string)Assert.Single(JsonNode.Parse(await failed.Content.ReadAsStringAsync(Ct))!.AsArray())!["path"]!);
        Assert.Equal("[]\n", await locked.Content.ReadAsStringAsync(Ct));
        Assert.Equal(HttpStatusCode.BadRequest, odd.StatusCode);
    }

    [Fact]
    public async Task Another_instance_and_a_token_without_the_right_do_not_get_it()
    {
        var id = await MigrateAsync();

        using var other = await service.SendAsync(HttpMethod.Get, At(id), host: TwoInstances.Other);
        using var weak = await service.GetAsync(At(id), service.Token("io.cozy.files"));
        using var unknown = await service.GetAsync(At("unknown"));

        Assert.Equal(
            (HttpStatusCode.NotFound, HttpStatusCode.Forbidden, HttpStatusCode.NotFound), (other.StatusCode, weak.StatusCode, unknown.StatusCode));
    }

    [Fact]
    public async Task What_it_says_has_failed_is_retried_with_202_and_once_nothing_has_failed_refused_with_409()
    {
        var id = await MigrateAsync();
        service.Remote.OnFetch = (_, _) => Task.CompletedTask;

        using var retried = await service.PostAsync($"/remote/nextcloud/migration/{id}/retry");
        Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        Assert.Equal("complete", (string)(await service.FinishAsync(id))["outcome"]!);

        using var again = await service.PostAsync($"/remote/nextcloud/migration/{id}/retry");
        using var weak = await service.PostAsync($"/remote/nextcloud/migration/{id}/retry", token: service.Token("io.cozy.files"));
        using var other = await service.SendAsync(HttpMethod.Post, $"/remote/nextcloud/migration/{id}/retry", host: TwoInstances.Other);
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Forbidden, HttpStatusCode.NotFound), (again.StatusCode, weak.StatusCode, other.StatusCode));
    }

    [Fact]
    public async Task It_is_a_stream_of_messages_over_gRPC()
    {
        var id = await MigrateAsync();
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        var headers = new Metadata { { "authorization", "Bearer " + service.Token() }, { "host", Rig.Instance } };

        using var call = new Protos.Migration.MigrationClient(channel).Report(new() { Id = id, Outcome = "failed" }, headers, cancellationToken: Ct);
        var lines = await call.ResponseStream.ReadAllAsync(Ct).ToListAsync(Ct);

        Assert.Equal(("/bad.txt", "not_allowed"), (Assert.Single(lines).Path, lines[0].Reason));
    }

    [Fact]
    public async Task A_hundred_thousand_lines_pass_through_little_memory()
    {
        var id = await MigrateAsync();
        await service.Services.GetRequiredService<Database>().WriteAsync(
            connection => connection.ExecuteAsync(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                INSERT INTO migration_files (migration, path, is_folder, source_id, etag, size, outcome, sha256, md5, proof)
                SELECT @id, '/many/' || i || '.txt', FALSE, CAST(i AS TEXT), '"e"', 1, 'imported', @sha256, @md5, 'length' FROM n
                """,
                new { id, sha256 = new string('a', 64), md5 = new string('b', 32) }),
            Ct);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(MigrationHost.HttpOf(service.App), At(id)));
        request.Headers.Host = Rig.Instance;
        request.Headers.Authorization = new("Bearer", service.Token());
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var body = new StreamReader(await answer.Content.ReadAsStreamAsync(Ct), Encoding.UTF8);
        var (lines, most, bytes) = (0, 0L, 0L);
        while (await body.ReadLineAsync(Ct) is { } line)
        {
            bytes += line.Length;
            if (lines++ % 10_000 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.Equal(100_000 + 3 + 2, lines);
        Assert.True(bytes > 30_000_000, $"{bytes} bytes");
        Assert.True(most < 60_000_000, $"{most} bytes of memory");
    }

    private static string At(string id) => $"/remote/nextcloud/migration/{id}/report";

    private async Task<string> MigrateAsync()
    {
        service.Remote.File("/=1+1.txt").File("/a,\"b\".txt").File("/bad.txt");
        service.Remote.OnFetch = (file, _) => file.Path.Name == "bad.txt" ? throw new FaultException(Fault.Forbidden, "no") : Task.CompletedTask;
        var id = await service.TriggerAsync();
        await service.FinishAsync(id);
        return id;
    }
}

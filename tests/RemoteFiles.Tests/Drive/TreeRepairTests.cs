using Dapper;
using Microsoft.Data.Sqlite;
using Tests.Storage;

namespace RemoteFiles.Tests.Drive;

/// <summary>Rows that contradict each other.</summary>
public sealed class TreeRepairTests : RepairTests
{
    [Fact]
    public async Task A_drive_that_is_whole_is_left_as_it_is()
    {
        await FillAsync();
        var before = await DumpAsync();

        Assert.Empty(await FindAsync());
        Assert.Empty(await MendAsync());

        Assert.Equal(before, await DumpAsync());
    }

    [Fact]
    public async Task Sizes_of_folders_that_do_not_add_up_are_added_up_again()
    {
        await FillAsync();
        var sizes = await SizesAsync();
        await ChangeAsync("UPDATE nodes SET size = size + 7 WHERE kind = 0 AND name IN ('folder', 'below', '')");
        Assert.NotEqual(sizes, await SizesAsync());
        var broken = await DumpAsync();

        Assert.Equal(["alma.localhost:8080: 3 folders have not the size of what lies in them"], await FindAsync());
        Assert.Equal(broken, await DumpAsync());
        Assert.Single(await MendAsync());

        Assert.Equal(sizes, await SizesAsync());
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task What_lay_in_a_folder_that_is_gone_is_found_again_under_its_id()
    {
        await FillAsync();
        var folder = await StatAsync("/folder");
        await ChangeAsync("DELETE FROM nodes WHERE id = @Id", new { folder.Id });
        await ChangeAsync("UPDATE nodes SET size = 0 WHERE parent_id = ''");

        Assert.Contains(await MendAsync(), found => found.Contains("1 folders are gone", StringComparison.Ordinal));

        Assert.Equal("in a folder", await TextAsync($"/Recovered/{folder.Id}/file"));
        Assert.Equal("below it", await TextAsync($"/Recovered/{folder.Id}/below/file"));
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task Folders_that_lie_in_themselves_are_found_again()
    {
        await FillAsync();
        var (folder, below) = (await StatAsync("/folder"), await StatAsync("/folder/below"));
        await ChangeAsync("UPDATE nodes SET parent_id = @below WHERE id = @folder", new { below = below.Id, folder = folder.Id });

        Assert.Contains(await FindAsync(), found => found.Contains("1 folders lie in themselves", StringComparison.Ordinal));
        await MendAsync();

        var texts = new List<string>();
        await foreach (var entry in Drive.SearchAsync(null, "", Ct).Where(entry => !entry.IsFolder && entry.Path.ToString().StartsWith("/Recovered/", StringComparison.Ordinal)))
        {
            texts.Add(await TextAsync(entry.Path.ToString()));
        }

        Assert.Equal(["below it", "in a folder"], texts.Order());
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task What_does_not_know_that_it_is_in_the_trash_or_not_is_told()
    {
        await FillAsync();
        await Drive.DeleteAsync(At("/folder"), null, Ct);
        await ChangeAsync("UPDATE nodes SET trashed_at = CASE WHEN name = 'a' THEN 5 END WHERE kind = 1");

        Assert.Contains(await FindAsync(), found => found.Contains("files or folders do not know", StringComparison.Ordinal));
        await MendAsync();

        Assert.Null((await StatAsync("/a")).Cozy!.TrashedAt);
        Assert.NotNull((await StatAsync("/.cozy_trash/folder/below/file")).Cozy!.TrashedAt);
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task A_number_is_never_given_twice_also_when_the_count_was_lost()
    {
        await FillAsync();
        var most = (await StatAsync("/joined")).Cozy!.FileId;
        await ChangeAsync("UPDATE node_file_ids SET last = 1");

        Assert.Contains(await MendAsync(), found => found.Contains("second time", StringComparison.Ordinal));

        Assert.Equal(most + 1, (await PutAsync("/next", "next")).Cozy!.FileId);
    }

    [Fact]
    public async Task Indices_that_have_lost_a_row_are_made_anew()
    {
        Assert.SkipWhen(TestEngine.IsPostgres, "PostgreSQL looks after its own");
        await FillAsync();
        var file = Path.Combine(Test.Directory, "drive.db");
        var index = await RunAsync(file, "SELECT type || '|' || rootpage || '|' || sql FROM sqlite_master WHERE name = 'nodes_listed'");
        var parts = index!.Split('|', 3);
        await RunAsync(file, "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'nodes_listed'");
        await RunAsync(file, "INSERT INTO nodes SELECT 1000, instance, 'x', parent_id, 'unlisted', kind, generation, revision, etag, 0, NULL, md5, sha256, content_type, created_at, modified_at, stored_at, trashed_at, restore_path, executable, encrypted, creator, origin_account, origin_id, origin_etag, annotations FROM nodes WHERE name = 'below'; UPDATE node_file_ids SET last = 1000");
        await RunAsync(file, $"PRAGMA writable_schema = ON; INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('index', 'nodes_listed', 'nodes', {parts[1]}, '{parts[2]}')");
        await Test.ReopenAsync();
        Assert.DoesNotContain("unlisted", await NamesAsync("/folder"));

        Assert.Contains(await MendAsync(), found => found.StartsWith("the database: ", StringComparison.Ordinal));

        Assert.Contains("unlisted", await NamesAsync("/folder"));
        Assert.Empty(await FindAsync());
    }

    private static async Task<string?> RunAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        await connection.OpenAsync(Ct);
        return (await connection.ExecuteScalarAsync<object?>(sql))?.ToString();
    }
}

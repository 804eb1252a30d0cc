using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using RemoteFiles.Tests.Drive;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Many small files in one archive, in the form in which Nextcloud 32.0.1 writes it.</summary>
public sealed class ArchiveTests : IAsyncDisposable
{
    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public void The_checksum_is_that_of_zip() => Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8));

    [Fact]
    public async Task Files_and_whole_folders_come_in_one_request_for_each_folder_around_them()
    {
        nextcloud.Server
            .Then(Zip([.. Folder("d/"), .. File("d/é \"1\".txt", "one"), .. File("d/PK\u0001", "PK\u0007\u0008 in the middle")]))
            .Then(Zip(File("lone.txt", "")));

        var files = await ReadAsync(new(
            [Entry("/top/d/é \"1\".txt", 3), Entry("/top/d/PK\u0001", 18), Entry("/other/lone.txt", 0)], new HashSet<FilePath> { FilePath.Parse("/top/d") }));

        Assert.Equal([("/top/d/é \"1\".txt", "one"), ("/top/d/PK\u0001", "PK\u0007\u0008 in the middle"), ("/other/lone.txt", "")], files);
        Assert.Equal(
            ["/remote.php/dav/files/carol/top/?accept=zip&files=%5B%22d%22%5D", "/remote.php/dav/files/carol/other/?accept=zip&files=%5B%22lone.txt%22%5D"],
            nextcloud.Server.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task A_file_that_is_missing_or_changed_is_left_out()
    {
        byte[] wrong = File("b", "two");
        wrong[^20] ^= 1;
        nextcloud.Server.Then(Zip([.. File("c", "three"), .. wrong]));
        Assert.Equal([("/c", "three")], await ReadAsync(Batch(("/a", 3), ("/b", 3), ("/c", 5))));

        // Longer and shorter than it was listed: nothing after it can be told from it.
        nextcloud.Server.Then(Zip([.. File("a", "longer"), .. File("b", "two")]));
        Assert.Empty(await ReadAsync(Batch(("/a", 3), ("/b", 3))));
        nextcloud.Server.Then(Zip([.. File("b", "two"), .. File("a", "2")]));
        Assert.Equal([("/b", "two")], await ReadAsync(Batch(("/a", 3), ("/b", 3))));
    }

    [Fact]
    public async Task What_was_not_asked_for_ends_the_archive()
    {
        nextcloud.Server.Then(Zip([.. File("a", "one"), .. File("new", "12345"), .. File("b", "two")]));

        Assert.Equal([("/a", "one")], await ReadAsync(Batch(("/a", 3), ("/b", 3))));
    }

    [Fact]
    public async Task A_batch_has_a_place_at_its_server_until_it_is_here()
    {
        await using var drive = await TestDrive.CreateAsync();
        var transfers = nextcloud.Servers.Of(nextcloud.Account).Transfers;
        var meanwhile = 0;
        nextcloud.Server.Then(async exchange =>
        {
            meanwhile = transfers.UnderWay;
            await exchange.SendAsync(Zip(File("a", "one")));
        });
        using var batch = new BatchTransfer(nextcloud.Tree, drive.Drive, new("account", ""));
        var file = Entry("/a", 3);

        Assert.Single(await batch.CopyAsync(new Dictionary<Entry, FilePath> { [file] = file.Path }, [], new HashSet<Entry>(), Ct).ReadAllAsync());

        Assert.Equal((1, 0), (meanwhile, transfers.UnderWay));
    }

    [Fact]
    public async Task A_file_with_another_hash_than_its_source_tells_is_left_out_and_not_stored()
    {
        await using var drive = await TestDrive.CreateAsync();
        nextcloud.Server.Then(Zip(File("a", "one"))).Then(Hash("one")).Then(Zip(File("b", "two"))).Then(Hash("2wo")).Then(Listing.Of(Listing.File("/remote.php/dav/files/carol/b", 3, "1")));
        var (a, b) = (Entry("/a", 3), Entry("/b", 3) with { ETag = "\"1\"" });
        using var batch = new BatchTransfer(nextcloud.Tree, drive.Drive, new("account", ""));

        Assert.Equal(Proof.Hash, Assert.Single(await CopyAsync(a)).Proof);
        Assert.Empty(await CopyAsync(b));

        Assert.Equal("a", Assert.Single(await drive.Drive.ListAsync(FilePath.Root, Ct).ToListAsync(Ct)).Path.Name);
        await nextcloud.Server.PlayedAsync();

        Task<List<Transferred>> CopyAsync(Entry file) =>
            batch.CopyAsync(new Dictionary<Entry, FilePath> { [file] = file.Path }, [], new HashSet<Entry> { file }, Ct).ReadAllAsync();
        static byte[] Hash(string of) => Encoding.ASCII.GetBytes(
            $"HTTP/1.1 204 No Content\r\nOC-Checksum: SHA256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(of)))}\r\nContent-Length: 0\r\n\r\n");
    }

    [Fact]
    public async Task An_archive_that_is_cut_is_a_failure_after_what_came_whole()
    {
        var whole = File("a", "one");
        nextcloud.Server.Then(Answer([.. whole, .. File("b", "two")[..^5]]));

        var came = new List<string>();
        await Assert.ThrowsAsync<FaultException>(async () =>
        {
            await foreach (var file in nextcloud.Tree.ReadManyAsync(Batch(("/a", 3), ("/b", 3)), Ct))
            {
                came.Add(file.Entry.Path.Name);
            }
        });
        Assert.Equal(["a"], came);
    }

    [Fact]
    public async Task A_server_that_answers_with_a_page_is_not_asked_again()
    {
        nextcloud.Server.ThenAnswer("200 OK\r\nContent-Type: text/html");

        Assert.Empty(await ReadAsync(Batch(("/a", 3))));
        Assert.Empty(await ReadAsync(Batch(("/a", 3))));
        Assert.Single(nextcloud.Server.Requests);
    }

    [Fact]
    public async Task A_name_that_is_gone_costs_its_own_request_only()
    {
        nextcloud.Server.ThenAnswer("404 Not Found").Then(Zip(File("b", "two")));

        Assert.Equal([("/y/b", "two")], await ReadAsync(Batch(("/x/a", 3), ("/y/b", 3))));
    }

    [Fact]
    public async Task A_request_line_stays_short_and_a_large_file_is_never_asked_for()
    {
        var names = Enumerable.Range(0, 300).Select(i => $"{i:D3} {new string('ü', 20)}").ToList();
        foreach (var _ in Enumerable.Range(0, 10))
        {
            nextcloud.Server.Then(exchange =>
            {
                var asked = JsonSerializer.Deserialize<string[]>(Uri.UnescapeDataString(exchange.Target.Split("files=")[1]))!;
                return exchange.SendAsync(Zip([.. asked.SelectMany(name => File(name, "x"))]));
            });
        }

        var files = await ReadAsync(Batch([.. names.Select(name => ("/" + name, 1L)), ("/large", FileBatch.LargestFile + 1L)]));

        Assert.Equal(300, files.Count);
        Assert.All(nextcloud.Server.Requests, request => Assert.InRange(request.Target.Length, 1, 4300));
    }

    private static FileBatch Batch(params (string Path, long Size)[] files) =>
        new([.. files.Select(file => Entry(file.Path, file.Size))], new HashSet<FilePath>());

    private static Entry Entry(string path, long size) => new() { Id = path, Path = FilePath.Parse(path), IsFolder = false, Size = size };

    private async Task<List<(string Path, string Text)>> ReadAsync(FileBatch batch)
    {
        var files = await nextcloud.Tree.ReadManyAsync(batch, Ct).ReadAllAsync();
        return files.ConvertAll(file => (file.Entry.Path.ToString(), Encoding.UTF8.GetString(file.Content)));
    }

    private static byte[] Zip(byte[] entries) =>
        Answer([.. entries, .. "PK\u0001\u0002"u8, .. new byte[42], .. "PK\u0005\u0006"u8, .. new byte[18]]);

    private static byte[] Answer(byte[] body) =>
        [.. "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nTransfer-Encoding: chunked\r\n\r\n"u8, .. Recording.Chunk(body), .. "0\r\n\r\n"u8];

    // Its sizes come after its bytes, in 64 bits each.
    private static byte[] File(string name, string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var descriptor = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor, 0x08074B50);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(4), Crc32.Of(content));
        BinaryPrimitives.WriteInt64LittleEndian(descriptor.AsSpan(8), content.Length);
        BinaryPrimitives.WriteInt64LittleEndian(descriptor.AsSpan(16), content.Length);
        return [.. Header(name, flags: 0x0808), .. content, .. descriptor];
    }

    private static byte[] Folder(string name) => Header(name, flags: 0);

    private static byte[] Header(string name, ushort flags)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var header = new byte[30];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034B50);
        header[4] = 45;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), flags);
        header.AsSpan(18, 8).Fill(0xFF);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), (ushort)bytes.Length);
        header[28] = 32;
        return [.. header, .. bytes, 1, 0, 28, 0, .. new byte[28]];
    }
}

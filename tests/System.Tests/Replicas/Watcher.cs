using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace SystemTests.Replicas;

/// <summary>
/// A client that lists a directory once it watches, and lives on events from then on. When its socket closes it comes again, and reads
/// the state anew, as every such client does.
/// </summary>
internal sealed class Watcher(Uri edge, string host, string token, PatientClient client, RestWorker directory)
{
    private readonly ConcurrentDictionary<string, Seen> files = new();
    private readonly ConcurrentDictionary<string, (long Number, string Status)> migrations = new();
    private readonly ConcurrentDictionary<string, bool> markers = new();
    private int sockets;

    /// <summary>How often it had to come.</summary>
    public int Sockets => Volatile.Read(ref sockets);

    /// <summary>Name and sum of each file that it believes to be in the directory.</summary>
    public IReadOnlyList<string> Files => [.. files.Values.Where(file => file.IsThere).Select(file => $"{file.Name} {file.Sum}").Order(StringComparer.Ordinal)];

    public IEnumerable<string> Migrations => migrations.Values.Select(migration => migration.Status);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(ct);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException)
            {
                // It comes again, unless the test is over.
                await Task.Delay(50, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("io.cozy.websocket");
        socket.Options.SetRequestHeader("Host", host);
        await socket.ConnectAsync(new UriBuilder(new Uri(edge, "/realtime/")) { Scheme = "ws" }.Uri, over.Token);
        var number = Interlocked.Increment(ref sockets);
        await SendAsync(new() { ["method"] = "AUTH", ["payload"] = token });
        await SendAsync(new() { ["method"] = "SUBSCRIBE", ["payload"] = new JsonObject { ["type"] = "io.cozy.files" } });
        await SendAsync(new() { ["method"] = "SUBSCRIBE", ["payload"] = new JsonObject { ["type"] = "io.cozy.nextcloud.migrations" } });
        var reading = ReadAllAsync(socket, over.Token);
        try
        {
            await Task.WhenAny(reading, CatchUpAsync(number, over.Token));
            await reading;
        }
        finally
        {
            await over.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Task SendAsync(JsonObject message) => socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, over.Token);
    }

    // A subscription is not answered: it is there when the event of a directory comes that was made for this.
    private async Task CatchUpAsync(int number, CancellationToken ct)
    {
        for (var i = 0; !markers.Keys.Any(name => name.StartsWith($"marker {number} ", StringComparison.Ordinal)); i++)
        {
            var url = $"/files/io.cozy.files.root-dir?Type=directory&Name={Uri.EscapeDataString($"marker {number} {i}")}";
            await client.ChangeAsync(() => new(HttpMethod.Post, PatientClient.At(url)), [201, 409], () => Task.FromResult(false));
            await Task.Delay(50, ct);
        }

        var before = files.Keys.ToList();
        var listed = await directory.ListAsync();
        foreach (var file in listed)
        {
            See(file.Id, new(NumberOf(file.Rev), file.Name, file.Sum, IsThere: true));
        }

        foreach (var gone in before.Except(listed.Select(file => file.Id)))
        {
            See(gone, new(long.MaxValue, "", "", IsThere: false));
        }
    }

    private async Task ReadAllAsync(ClientWebSocket socket, CancellationToken ct)
    {
        var (message, buffer) = (new MemoryStream(), new byte[64 << 10]);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), ct);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException("closed");
            }

            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                Take(JsonNode.Parse(message.ToArray())!);
                message.SetLength(0);
            }
        }
    }

    private void Take(JsonNode frame)
    {
        var payload = frame["payload"]!;
        Assert.NotEqual("error", (string?)frame["event"]);
        var (id, doc) = ((string)payload["id"]!, payload["doc"]!);
        var rev = NumberOf((string)doc["_rev"]!);
        if ((string)payload["type"]! == "io.cozy.nextcloud.migrations")
        {
            migrations.AddOrUpdate(id, (rev, (string)doc["status"]!), (_, known) => known.Number > rev ? known : (rev, (string)doc["status"]!));
        }
        else if ((string?)doc["name"] is { } name && name.StartsWith("marker ", StringComparison.Ordinal))
        {
            markers[name] = true;
        }
        else if ((string?)doc["type"] == "file" && (name = (string?)doc["name"]) is not null)
        {
            var isThere = (string?)doc["dir_id"] == directory.DirectoryId && (bool?)doc["trashed"] != true;
            if (isThere || files.ContainsKey(id))
            {
                See(id, new(rev, name, (string)doc["md5sum"]!, isThere));
            }
        }
    }

    // What replicas tell comes in any order.
    private void See(string id, Seen file) => files.AddOrUpdate(id, file, (_, known) => known.Number > file.Number ? known : file);

    private static long NumberOf(string rev) => long.Parse(rev.Split('-')[0]);

    private sealed record Seen(long Number, string Name, string Sum, bool IsThere);
}

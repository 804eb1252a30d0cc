using System.Globalization;
using Grpc.Core;
using Shared.Access;
using Shared.Faults;
using Watching;

namespace Shared.Events;

/// <summary>One call of Watch, from its first credentials to its end.</summary>
internal sealed class Watch(EventHub hub, IWatchedDocuments documents, Authentication authentication, TimeProvider clock)
{
    private const int MostTopics = 1000;

    // A timer takes at most 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    // The number of the revision that was told last, of each document of the told kind: what comes late is left out.
    private readonly Dictionary<string, long> told = [];

    private Caller caller = null!;
    private Watcher watcher = null!;
    private ITimer expiry = null!;

    public async Task RunAsync(IAsyncStreamReader<WatchRequest> requests, IServerStreamWriter<WatchReply> replies, CancellationToken ct)
    {
        if (!await requests.MoveNext(ct) || requests.Current.Authenticate is not { } credentials)
        {
            throw Authentication.Failed();
        }

        caller = await authentication.CheckAsync(credentials, ct);
        var instance = caller.Instance.Domain;
        watcher = hub.Join(instance);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        expiry = clock.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            OnTimer();
            var taking = TakeAsync(requests, over.Token);
            var sending = SendAsync(replies, over.Token);
            var first = await Task.WhenAny(taking, sending);
            await over.CancelAsync();
            await Task.WhenAll(taking, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
        }
        finally
        {
            await expiry.DisposeAsync();
            hub.Leave(instance, watcher);
        }
    }

    // Ends when the client has nothing more to ask: it is gone.
    private async Task TakeAsync(IAsyncStreamReader<WatchRequest> requests, CancellationToken ct)
    {
        while (await requests.MoveNext(ct))
        {
            var request = requests.Current;
            await (request.RequestCase switch
            {
                WatchRequest.RequestOneofCase.Authenticate => RenewAsync(request.Authenticate, ct),
                WatchRequest.RequestOneofCase.Subscribe => SubscribeAsync(request.Subscribe, ct),
                WatchRequest.RequestOneofCase.Unsubscribe => Unsubscribe(request.Unsubscribe),
                _ => throw new FaultException(Fault.Malformed, "an empty request"),
            });
        }
    }

    private async Task SendAsync(IServerStreamWriter<WatchReply> replies, CancellationToken ct)
    {
        while (true)
        {
            var reply = await watcher.ReadAsync(ct);
            if (reply.Happening is null || IsNews(reply.Happening))
            {
                await replies.WriteAsync(reply, ct);
            }
        }
    }

    // The document as it is, and the changes that happen while it is read, may come in any order.
    private bool IsNews(Happening happening)
    {
        if (happening.Doctype != documents.Told || !long.TryParse(happening.Rev.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return true;
        }

        var last = told.GetValueOrDefault(happening.Id);
        told[happening.Id] = Math.Max(last, number);
        return number > last || (happening.Current && number == last);
    }

    // What the newer token does not allow any more is no longer told.
    private async Task RenewAsync(Credentials credentials, CancellationToken ct)
    {
        var renewed = await authentication.CheckAsync(credentials, ct);
        if (renewed.Instance.Domain != caller.Instance.Domain)
        {
            throw Authentication.Failed();
        }

        caller = renewed;
        OnTimer();
        foreach (var (doctype, id) in watcher.Topics)
        {
            if (!await MayWatchAsync(doctype, id, ct))
            {
                watcher.Remove(doctype, id);
                watcher.Post(new() { Forbidden = new() { Doctype = doctype, Id = id } });
            }
        }
    }

    private async Task SubscribeAsync(Topic topic, CancellationToken ct)
    {
        if (!await MayWatchAsync(topic.Doctype, topic.Id, ct))
        {
            watcher.Post(new() { Forbidden = topic });
            return;
        }

        if (watcher.Count >= MostTopics && !watcher.Has(topic.Doctype, topic.Id))
        {
            watcher.Post(new() { Refused = topic });
            return;
        }

        // In this order, so that nothing is lost between.
        watcher.Add(topic.Doctype, topic.Id);
        if (topic.Doctype == documents.Told)
        {
            foreach (var current in await documents.CurrentAsync(caller.Instance.Domain, topic.Id, ct))
            {
                current.Current = true;
                watcher.Post(new() { Happening = current });
            }
        }
    }

    private Task Unsubscribe(Topic topic)
    {
        watcher.Remove(topic.Doctype, topic.Id);
        return Task.CompletedTask;
    }

    private async Task<bool> MayWatchAsync(string doctype, string id, CancellationToken ct) =>
        caller.Permissions!.Allows("GET", doctype)
        || (id.Length > 0 && (caller.Permissions.AllowsDocument("GET", doctype, id) || await documents.AllowsAsync(caller, doctype, id, ct)));

    private void OnTimer()
    {
        var left = caller.ExpiresAt - clock.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            watcher.End(Authentication.Failed());
        }
        else
        {
            expiry.Change(left < LongestWait ? left : LongestWait, Timeout.InfiniteTimeSpan);
        }
    }
}

using System.Net.WebSockets;
using Watching;

namespace Edge.Realtime;

/// <summary>What one client asks for over its socket, and which service is asked for it.</summary>
internal sealed class Session(ClientSocket client, string host, BackEnds backEnds, RealtimeOptions options, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<string, ServiceWatch> watches = [];
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Credentials? credentials;

    /// <summary>Returns when the client has closed, or <paramref name="stopping"/> or a failure has ended the session.</summary>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        await using var stop = stopping.Register(() => failed.TrySetException(SessionEndException.Stopping()));
        using var late = new CancellationTokenSource(options.AuthTimeout, clock);
        await using var silent = late.Token.Register(() =>
        {
            if (credentials is null)
            {
                failed.TrySetException(SessionEndException.Unauthorized());
            }
        });
        var listening = ListenAsync(over.Token);
        try
        {
            await await Task.WhenAny(listening, failed.Task);
            await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "");
        }
        catch (SessionEndException end)
        {
            await SayAsync(end);

            // The client reads the close, and closes too; hung up on at once, it might read nothing of it.
            over.CancelAfter(options.WriteTimeout);
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await client.DrainAsync(over.Token);
        }
        finally
        {
            await over.CancelAsync();
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        foreach (var watch in watches.Values)
        {
            watch.Dispose();
        }
    }

    private async Task SayAsync(SessionEndException end)
    {
        if (!end.Last.IsEmpty)
        {
            await client.SendAsync(end.Last, CancellationToken.None);
        }

        await client.CloseAsync(end.Status, end.Message);
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        while (await client.ReceiveAsync(ct) is { } message)
        {
            if (!failed.Task.IsCompleted)
            {
                await TakeAsync(ClientFrame.Parse(message) ?? throw SessionEndException.NoFrame(), ct);
            }
        }
    }

    private async Task TakeAsync(ClientFrame frame, CancellationToken ct)
    {
        if (frame.Is("AUTH"))
        {
            await AuthenticateAsync(frame.Token, ct);
        }
        else if (credentials is null)
        {
            throw SessionEndException.NotFirst(frame);
        }
        else if (!frame.Is("SUBSCRIBE") && !frame.Is("UNSUBSCRIBE"))
        {
            await client.SendAsync(ServerFrame.UnknownMethod(frame), ct);
        }
        else if (frame.Doctype.Length == 0)
        {
            await client.SendAsync(ServerFrame.MissingType(frame), ct);
        }
        else
        {
            var topic = new Topic { Doctype = frame.Doctype, Id = frame.Id };
            var watch = await WatchAsync(BackEnds.OwnerOf(frame.Doctype), ct);
            await watch.AskAsync(frame.Is("SUBSCRIBE") ? new() { Subscribe = topic } : new() { Unsubscribe = topic }, ct);
        }
    }

    // Again, with a newer token: every service gets to know it.
    private async Task AuthenticateAsync(string token, CancellationToken ct)
    {
        credentials = new() { Host = host, Token = token };
        foreach (var watch in watches.Values)
        {
            await watch.AskAsync(new() { Authenticate = credentials }, ct);
        }

        // The service that knows the instances checks the token even when nothing is subscribed yet.
        await WatchAsync(Routes.RemoteFiles, ct);
    }

    private async Task<ServiceWatch> WatchAsync(string service, CancellationToken ct)
    {
        if (!watches.TryGetValue(service, out var watch))
        {
            watches[service] = watch = ServiceWatch.Open(backEnds.ClientOf(service), client, ct);
            _ = FailAsync(watch.Telling);
            await watch.AskAsync(new() { Authenticate = credentials }, ct);
        }

        return watch;
    }

    private async Task FailAsync(Task telling)
    {
        try
        {
            await telling;
        }
        catch (Exception e)
        {
            failed.TrySetException(e);
        }
    }
}

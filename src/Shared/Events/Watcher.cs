using System.Collections.Concurrent;
using Shared.Faults;
using Watching;

namespace Shared.Events;

/// <summary>One who watches: the topics it asked for, and what waits to be sent to it.</summary>
internal sealed class Watcher
{
    private const long MostBytes = 8 << 20;

    private readonly ConcurrentDictionary<(string Doctype, string Id), bool> topics = new();
    private readonly Mailbox<WatchReply> mailbox = new(MostBytes);

    public int Count => topics.Count;

    public IEnumerable<(string Doctype, string Id)> Topics => topics.Keys;

    public bool Has(string doctype, string id) => topics.ContainsKey((doctype, id));

    public void Add(string doctype, string id) => topics[(doctype, id)] = true;

    public void Remove(string doctype, string id) => topics.TryRemove((doctype, id), out _);

    /// <summary>Once for a change, whether all documents of its kind are watched, or this one, or both.</summary>
    public void Tell(WatchReply reply)
    {
        if (Has(reply.Happening.Doctype, "") || Has(reply.Happening.Doctype, reply.Happening.Id))
        {
            Post(reply);
        }
    }

    /// <summary>Sends something to this one alone.</summary>
    public void Post(WatchReply reply)
    {
        if (!mailbox.TryPost(reply))
        {
            End(new FaultException(Fault.Unavailable, "the watcher reads too slowly"));
        }
    }

    public void End(FaultException reason) => mailbox.Close(reason);

    /// <exception cref="FaultException">Why the watch has ended.</exception>
    public ValueTask<WatchReply> ReadAsync(CancellationToken ct) => mailbox.ReadAsync(ct);
}

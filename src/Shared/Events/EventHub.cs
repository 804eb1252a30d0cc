using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Shared.Faults;
using Watching;

namespace Shared.Events;

/// <summary>Tells the watchers of this process what happens to the documents of their instance, and never waits for one of them.</summary>
internal sealed partial class EventHub(ILogger<EventHub> log)
{
    private readonly ConcurrentDictionary<string, ImmutableHashSet<Watcher>> watchers = new();

    /// <summary>Also gets every announcement that was made in this process: the way to the other replicas.</summary>
    public Action<Announcement>? Relay { get; set; }

    /// <summary>Announces a change that is on record. The document is only made when somebody may hear of it.</summary>
    public void Announce(string instance, string doctype, string id, string @event, Func<(string Rev, JsonObject Json)> document)
    {
        if (Relay is null && !watchers.ContainsKey(instance))
        {
            return;
        }

        try
        {
            var (rev, json) = document();
            var happening = HappeningOf(doctype, id, @event, rev, json);
            Tell(instance, happening);
            Relay?.Invoke(new() { Instance = instance, Happening = happening });
        }
        catch (Exception e)
        {
            // The change is on record: it must not look as if it had failed. Those who watch begin anew, and read it.
            NotTold(e, @event, doctype);
            EndAll();
            Relay?.Invoke(new() { Gap = true });
        }
    }

    /// <summary>Tells what another replica has announced.</summary>
    public void Tell(string instance, Happening happening)
    {
        var reply = new WatchReply { Happening = happening };
        foreach (var watcher in watchers.GetValueOrDefault(instance) ?? [])
        {
            watcher.Tell(reply);
        }
    }

    /// <summary>Ends every watch: something may have been missed, and whoever watches again reads the state anew.</summary>
    public void EndAll()
    {
        foreach (var watcher in watchers.Values.SelectMany(some => some))
        {
            watcher.End(new FaultException(Fault.Unavailable, "changes may have been missed"));
        }
    }

    public Watcher Join(string instance)
    {
        var watcher = new Watcher();
        watchers.AddOrUpdate(instance, _ => [watcher], (_, others) => others.Add(watcher));
        return watcher;
    }

    public void Leave(string instance, Watcher watcher)
    {
        // Removed only while it is still the empty set: another watcher may come at the same moment.
        if (watchers.AddOrUpdate(instance, _ => [], (_, others) => others.Remove(watcher)) is { IsEmpty: true } none)
        {
            watchers.TryRemove(new(instance, none));
        }
    }

    internal static Happening HappeningOf(string doctype, string id, string @event, string rev, JsonObject json) => new()
    {
        Event = @event,
        Doctype = doctype,
        Id = id,
        Rev = rev,
        Document = UnsafeByteOperations.UnsafeWrap(Encoding.UTF8.GetBytes(json.ToJsonString())),
    };

    [LoggerMessage(LogLevel.Error, "{Event} of {Doctype} could not be told", EventName = "events.not_told")]
    private partial void NotTold(Exception e, string @event, string doctype);
}

/// <summary>The names of events on the wire (cozy-api 11.3).</summary>
internal static class EventNames
{
    public const string Created = "CREATED";
    public const string Updated = "UPDATED";
    public const string Deleted = "DELETED";
    public const string Notified = "NOTIFIED";
}

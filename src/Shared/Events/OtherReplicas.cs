using System.Collections.Concurrent;
using Watching;

namespace Shared.Events;

/// <summary>Which other replicas of this service were heard of, and when last.</summary>
internal sealed class OtherReplicas(TimeSpan patience, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, long> heard = new();

    /// <summary>Only who says that it is there is missed when it says nothing more.</summary>
    public void Heard(string replica, Announcement announcement)
    {
        if (announcement.Leaving)
        {
            heard.TryRemove(replica, out _);
        }
        else if (announcement.Alive || heard.ContainsKey(replica))
        {
            heard[replica] = clock.GetTimestamp();
        }
    }

    /// <summary>Nobody can be heard just now.</summary>
    public void Excuse()
    {
        foreach (var replica in heard.Keys)
        {
            heard[replica] = clock.GetTimestamp();
        }
    }

    /// <summary>Has one been silent for too long? Told once of each.</summary>
    public bool TakeSilent()
    {
        var silent = heard.Where(one => clock.GetElapsedTime(one.Value) > patience).ToList();
        silent.ForEach(one => heard.TryRemove(one.Key, out _));
        return silent.Count > 0;
    }

    /// <summary>Who hears nothing of anybody knows nothing of them.</summary>
    public void Forget() => heard.Clear();
}

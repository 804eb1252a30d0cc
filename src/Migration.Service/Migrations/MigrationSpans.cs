using System.Collections.Concurrent;
using System.Diagnostics;

namespace Migration.Migrations;

/// <summary>
/// The spans of migrations. A run may last for days, so it is a trace of its own; it links to that of its trigger, where this process
/// has heard of it: from its own door, or in the message of another.
/// </summary>
internal static class MigrationSpans
{
    // What nobody here has taken up by then, another replica has.
    private const int MostRemembered = 1000;

    private static readonly ActivitySource Source = new("Bridge.Migration");
    private static readonly ConcurrentDictionary<string, ActivityContext> Triggers = new();

    /// <summary>The current span is about the trigger of this migration.</summary>
    public static void Remember(string id)
    {
        if (Activity.Current is not { Recorded: true } current)
        {
            return;
        }

        if (Triggers.Count >= MostRemembered)
        {
            Triggers.Clear();
        }

        Triggers[id] = current.Context;
    }

    public static Activity? Run(string id)
    {
        Activity.Current = null;
        var links = Triggers.TryRemove(id, out var trigger) ? new ActivityLink[] { new(trigger) } : [];
        return Source.StartActivity("migration run", ActivityKind.Internal, default(ActivityContext), [new("migration.id", id)], links);
    }
}

using RemoteFiles.Files;
using RemoteFiles.JsonApi;
using Shared.Access;
using Shared.Events;

namespace RemoteFiles.Realtime;

/// <summary>Announces what happens to the files of a drive.</summary>
internal sealed class DriveEvents(EventHub hub)
{
    public void Announce(string instance, string @event, Entry entry) => hub.Announce(instance, CozyFileDocuments.Doctype, entry.Id, @event, () =>
    {
        var json = CozyFileDocuments.Of(entry, Instance.UrlOf(instance));
        if (@event == EventNames.Deleted)
        {
            json["_deleted"] = true;
        }

        return (entry.Cozy!.Rev, json);
    });
}

using RemoteFiles.Access;
using RemoteFiles.Files;
using RemoteFiles.JsonApi;
using Shared.Access;
using Shared.Events;
using Shared.Faults;
using Watching;

namespace RemoteFiles.Realtime;

/// <summary>Who may watch what of this service: a file also through a rule about a directory above it.</summary>
internal sealed class WatchedDocuments(IFileTrees trees) : IWatchedDocuments
{
    public string Told => "";

    public Task<IReadOnlyList<Happening>> CurrentAsync(string instance, string id, CancellationToken ct) => Task.FromResult<IReadOnlyList<Happening>>([]);

    public async Task<bool> AllowsAsync(Caller caller, string doctype, string id, CancellationToken ct)
    {
        if (doctype != CozyFileDocuments.Doctype)
        {
            return false;
        }

        try
        {
            await new FilePermissions(trees.Drive(caller.Instance.Domain), caller.Permissions!).FindAsync("GET", id, ct);
            return true;
        }
        catch (FaultException e) when (e.Fault is Fault.Forbidden or Fault.NotFound)
        {
            return false;
        }
    }
}

using Shared.Access;
using Watching;

namespace Shared.Events;

/// <summary>What a service knows about the documents that it tells of.</summary>
internal interface IWatchedDocuments
{
    /// <summary>The kind whose documents are told as they are when somebody subscribes; empty for none.</summary>
    string Told { get; }

    /// <summary>The documents of the told kind that a new subscriber hears of; all that matter when <paramref name="id"/> is empty.</summary>
    Task<IReadOnlyList<Happening>> CurrentAsync(string instance, string id, CancellationToken ct);

    /// <summary>May this caller watch the document for another reason than a rule about its kind or its id?</summary>
    Task<bool> AllowsAsync(Caller caller, string doctype, string id, CancellationToken ct);
}

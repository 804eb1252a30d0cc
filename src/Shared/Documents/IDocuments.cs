using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Shared.Access;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>The documents of one doctype of one instance, as the routes under /data show and change them.</summary>
internal interface IDocuments
{
    /// <summary>The most that one document may hold.</summary>
    int MostBytes => 1 << 20;

    Task<Document?> FindAsync(string id, CancellationToken ct);

    /// <summary>All of them, by their ids.</summary>
    Task<IReadOnlyList<Document>> ListAsync(CancellationToken ct);

    /// <summary>The documents by their ids, from this one on or (descending) down; null for all. They are read as they are taken.</summary>
    async IAsyncEnumerable<Document> EnumerateAsync(string? from, bool descending, [EnumeratorCancellation] CancellationToken ct)
    {
        var all = await ListAsync(ct);
        foreach (var document in descending ? all.Reverse() : all)
        {
            var order = string.CompareOrdinal(document.Id, from);
            if (from is null || (descending ? order <= 0 : order >= 0))
            {
                yield return document;
            }
        }
    }

    async Task<long> CountAsync(CancellationToken ct) => (await ListAsync(ct)).Count;

    /// <summary>Was there ever a document of this type?</summary>
    Task<bool> IsUsedAsync(CancellationToken ct);

    /// <summary>Was there a document of this id?</summary>
    Task<bool> IsDeletedAsync(string id, CancellationToken ct);

    /// <summary>Stores a document under a new id, or under the one that is given.</summary>
    /// <exception cref="FaultException">Conflict: there is a document of this id.</exception>
    Task<Document> CreateAsync(string? id, JsonObject body, CancellationToken ct);

    /// <exception cref="FaultException">Conflict: the document has another revision by now.</exception>
    Task<Document> UpdateAsync(Document document, CancellationToken ct);

    /// <summary>Removes a document, and says the revision of its end.</summary>
    /// <exception cref="FaultException">Conflict: the document has another revision by now.</exception>
    Task<string> DeleteAsync(string id, string rev, CancellationToken ct);
}

/// <summary>Which doctypes a service shows under /data, and where their documents are.</summary>
internal interface IDoctypes
{
    /// <exception cref="AccessException">The doctype is kept for the server itself.</exception>
    IDocuments Read(Instance instance, string doctype);

    /// <inheritdoc cref="Read"/>
    IDocuments Write(Instance instance, string doctype);
}

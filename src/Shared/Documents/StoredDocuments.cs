using System.Text.Json.Nodes;

namespace Shared.Documents;

/// <summary>Documents that mean nothing to the server: they are kept as they come.</summary>
internal sealed class StoredDocuments(DocumentStore store, string instance, string doctype) : IDocuments
{
    public Task<Document?> FindAsync(string id, CancellationToken ct) => store.FindAsync(instance, doctype, id, ct);

    public Task<IReadOnlyList<Document>> ListAsync(CancellationToken ct) => store.ListAsync(instance, doctype, ct);

    public IAsyncEnumerable<Document> EnumerateAsync(string? from, bool descending, CancellationToken ct) =>
        store.EnumerateAsync(instance, doctype, from, descending, ct);

    public Task<long> CountAsync(CancellationToken ct) => store.CountAsync(instance, doctype, ct);

    public Task<bool> IsUsedAsync(CancellationToken ct) => store.IsUsedAsync(instance, doctype, ct);

    public Task<bool> IsDeletedAsync(string id, CancellationToken ct) => store.IsDeletedAsync(instance, doctype, id, ct);

    public Task<Document> CreateAsync(string? id, JsonObject body, CancellationToken ct) =>
        id is null ? store.CreateAsync(instance, doctype, body, ct) : store.CreateAsync(instance, doctype, id, body, ct);

    public Task<Document> UpdateAsync(Document document, CancellationToken ct) => store.UpdateAsync(instance, doctype, document, ct);

    public Task<string> DeleteAsync(string id, string rev, CancellationToken ct) => store.DeleteAsync(instance, doctype, id, rev, ct);
}

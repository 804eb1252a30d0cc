using System.Text.Json.Nodes;
using RemoteFiles.Accounts;
using Shared.Access;
using Shared.Documents;

namespace RemoteFiles.Documents;

/// <summary>The accounts as clients write them; the one way in, so that none is stored with a secret in clear.</summary>
internal sealed class AccountDocuments(IDocuments stored, AccountStore accounts, Instance instance) : IDocuments
{
    public Task<Document?> FindAsync(string id, CancellationToken ct) => stored.FindAsync(id, ct);

    public Task<IReadOnlyList<Document>> ListAsync(CancellationToken ct) => stored.ListAsync(ct);

    public IAsyncEnumerable<Document> EnumerateAsync(string? from, bool descending, CancellationToken ct) => stored.EnumerateAsync(from, descending, ct);

    public Task<long> CountAsync(CancellationToken ct) => stored.CountAsync(ct);

    public Task<bool> IsUsedAsync(CancellationToken ct) => stored.IsUsedAsync(ct);

    public Task<bool> IsDeletedAsync(string id, CancellationToken ct) => stored.IsDeletedAsync(id, ct);

    public Task<Document> CreateAsync(string? id, JsonObject body, CancellationToken ct)
    {
        accounts.Prepare(instance, body);
        return stored.CreateAsync(id, body, ct);
    }

    public Task<Document> UpdateAsync(Document document, CancellationToken ct)
    {
        accounts.Hide(instance, document.Body);
        return stored.UpdateAsync(document, ct);
    }

    public Task<string> DeleteAsync(string id, string rev, CancellationToken ct) => stored.DeleteAsync(id, rev, ct);
}

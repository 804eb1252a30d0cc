using System.Data.Common;
using Dapper;
using RemoteFiles.Files;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>The properties that clients store with nodes: they go where the node goes.</summary>
internal sealed class NodeProperties(DbConnection db, string instance)
{
    public async Task<IEnumerable<NodeProperty>> OfAsync(string id) =>
        await db.Placed().ListAsync(SelectOne, row => new NodeProperty(row.Text(0), row.Text(1), row.Text(2)), instance, id);

    public async Task<ILookup<string, NodeProperty>> OfAsync(IReadOnlyCollection<string> ids) =>
        (await db.QueryAsync<Row>(Select, new { instance, ids })).ToLookup(row => row.NodeId, row => new NodeProperty(row.Namespace, row.Name, row.Value));

    /// <summary>Of the nodes with these file ids.</summary>
    public async Task<ILookup<string, NodeProperty>> OfAsync(IReadOnlyCollection<long> fileIds) =>
        (await db.QueryAsync<Row>(SelectByNumber, new { instance, fileIds })).ToLookup(row => row.NodeId, row => new NodeProperty(row.Namespace, row.Name, row.Value));

    public Task<IEnumerable<string>> HoldersAsync(NodeProperty property) => db.QueryAsync<string>(
        "SELECT node_id FROM node_properties WHERE instance = @instance AND namespace = @Namespace AND name = @Name AND value = @Value",
        new { instance, property.Namespace, property.Name, property.Value });

    public Task SetAsync(string id, IEnumerable<NodeProperty> properties) =>
        db.ExecuteAsync(Upsert, properties.Select(property => new { instance, id, property.Namespace, property.Name, property.Value }));

    public Task RemoveAsync(string id, IEnumerable<NodeProperty> properties) => db.ExecuteAsync(
        "DELETE FROM node_properties WHERE instance = @instance AND node_id = @id AND namespace = @Namespace AND name = @Name",
        properties.Select(property => new { instance, id, property.Namespace, property.Name }));

    /// <summary>To each copy what its original has.</summary>
    public async Task CopyAsync(IReadOnlyDictionary<string, string> copyOf)
    {
        const int atOnce = 500;
        foreach (var some in copyOf.Keys.Chunk(atOnce))
        {
            foreach (var original in await OfAsync(some))
            {
                await SetAsync(copyOf[original.Key], original);
            }
        }
    }

    private const string SelectOne =
        "SELECT namespace, name, value FROM node_properties WHERE instance = $1 AND node_id = $2";

    private const string Select = """
        SELECT node_id AS NodeId, namespace AS Namespace, name AS Name, value AS Value FROM node_properties WHERE instance = @instance AND node_id IN @ids
        """;

    private const string SelectByNumber = """
        SELECT node_id AS NodeId, namespace AS Namespace, name AS Name, value AS Value FROM node_properties
        WHERE instance = @instance AND node_id IN (SELECT id FROM nodes WHERE file_id IN {=fileIds} AND instance || '' = @instance)
        """;

    private const string Upsert = """
        INSERT INTO node_properties (instance, node_id, namespace, name, value) VALUES (@instance, @id, @Namespace, @Name, @Value)
        ON CONFLICT (instance, node_id, namespace, name) DO UPDATE SET value = excluded.value
        """;

    private sealed record Row
    {
        public required string NodeId { get; init; }

        public required string Namespace { get; init; }

        public required string Name { get; init; }

        public required string Value { get; init; }
    }
}

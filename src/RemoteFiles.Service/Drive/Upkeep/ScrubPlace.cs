using Dapper;
using Shared.Storage;

namespace RemoteFiles.Drive.Upkeep;

/// <summary>Where the round is, and who may go on with it, in the one row that all replicas share. Who holds it and is silent has lost it.</summary>
internal sealed class ScrubPlace(Database database, TimeProvider clock)
{
    /// <summary>For how long it is held by who says nothing more.</summary>
    public static readonly TimeSpan HeldFor = TimeSpan.FromMinutes(5);

    private readonly string holder = Node.NewHex();

    /// <summary>The last content that was read, of a round that goes on or begins; null when another one is at it, or it is not time yet.</summary>
    public async Task<string?> TakeAsync(TimeSpan interval, CancellationToken ct)
    {
        const string isFree = " WHERE (holder = @holder OR held_until <= @Now) AND (begun_at > ended_at OR begun_at <= @due)";
        const string take = "UPDATE scrubs SET holder = @holder, held_until = @Until, begun_at = CASE WHEN begun_at > ended_at THEN begun_at ELSE @Now END" + isFree + " RETURNING last_blob";
        var values = new { holder, Now, Until, due = Now - (long)interval.TotalMilliseconds };
        return await database.ReadAsync(db => db.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM scrubs" + isFree + ")", values), ct)
            ? await database.WriteAsync(db => db.ExecuteScalarAsync<string?>(take, values), ct)
            : null;
    }

    /// <summary>False: another one holds it now.</summary>
    public async Task<bool> KeepAsync(string lastBlob, CancellationToken ct) => await database.WriteAsync(
        db => db.ExecuteAsync("UPDATE scrubs SET last_blob = @lastBlob, held_until = @Until WHERE holder = @holder", new { lastBlob, holder, Until }), ct) == 1;

    /// <summary>The next round is another one.</summary>
    public Task EndAsync(CancellationToken ct) => database.WriteAsync(
        db => db.ExecuteAsync("UPDATE scrubs SET last_blob = '', ended_at = @Now, held_until = 0 WHERE holder = @holder", new { holder, Now }), ct);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private long Until => Now + (long)HeldFor.TotalMilliseconds;
}

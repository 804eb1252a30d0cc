using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>Looks at a source as a migration would, for a while, and keeps nothing but its numbers: no account, no migration, no file.</summary>
internal sealed class SurveyOrders(MigrationOrders orders, IRemoteFiles remote, IPredictions predictions, IOptions<MigrationOptions> options, TimeProvider clock)
{
    private const int Together = 4;
    private const int MostFolders = 100_000;
    private static readonly TimeSpan Recent = TimeSpan.FromHours(1);

    /// <summary>Answers also the id under which the numbers are kept.</summary>
    /// <exception cref="FaultException">NotFound: the source is not there. Else as a trigger.</exception>
    public async Task<(string Id, Survey Survey)> RunAsync(string instance, TriggerOrder order, CancellationToken ct)
    {
        var survey = await LookAsync(instance, order, ct);
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await predictions.KeepAsync(instance, QuestionOf(order), Prediction.Of(id, survey, clock.GetUtcNow()), ct);
        return (id, survey);
    }

    /// <summary>The order with what the last preflight said, if that was asked the same: the one of this id, or without one a recent one.</summary>
    public async Task<TriggerOrder> RecallAsync(string instance, TriggerOrder order, string id, CancellationToken ct) =>
        await predictions.FindAsync(instance, QuestionOf(order), ct) is { } known
            && (id.Length > 0 ? known.Id == id : clock.GetUtcNow() - known.At <= Recent)
            ? order with { Prediction = known }
            : order;

    // Everything that decides what comes; as a hash, for it is nobody's to read.
    private static string QuestionOf(TriggerOrder order)
    {
        string[] parts =
        [
            order.Login?.Url ?? "", order.Login?.Login ?? "", order.AccountId, order.Source.ToString(), order.Target.ToString(),
            "include", .. order.Wished.Include.Order(StringComparer.Ordinal), "exclude", .. order.Wished.Exclude, "folders", .. order.Wished.Folders.Order(StringComparer.Ordinal),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
    }

    private async Task<Survey> LookAsync(string instance, TriggerOrder order, CancellationToken ct)
    {
        var visitor = new Visitor(order.Login, (await orders.OwnerAsync(instance, order, ct)).UserId) { AccountId = order.AccountId };
        var size = await SizeAsync(instance, visitor, order.Source, ct);
        var survey = new Survey { SourceBytes = size.Bytes, Free = await remote.GetFreeSpaceAsync(instance, ct) };
        var scope = order.Wished.Of(order.Source).With(size.Kind);
        using var late = new CancellationTokenSource(options.Value.PreflightTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        try
        {
            survey.IsComplete = await WalkAsync(instance, visitor, order, scope, survey, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // What was seen by now is told.
        }

        return survey;
    }

    private async Task<SourceSize> SizeAsync(string instance, Visitor visitor, CleanPath folder, CancellationToken ct)
    {
        try
        {
            return await remote.GetSizeAsync(instance, visitor, folder, ct);
        }
        catch (FaultException e) when (e.Fault == Fault.NotFound)
        {
            throw new FaultException(Fault.NotFound, $"Source path not found in Nextcloud: {folder}", e);
        }
        catch (FaultException e) when (e is not PeerAwayException)
        {
            throw new FaultException(Fault.BadGateway, MigrationOrders.UnreachableBecause(e.Message), e);
        }
    }

    // Level by level. False: not everything was seen.
    private async Task<bool> WalkAsync(string instance, Visitor visitor, TriggerOrder order, Scope scope, Survey survey, CancellationToken ct)
    {
        var (level, seen, isComplete) = (new List<SourceEntry> { new("", order.Source, IsFolder: true, 0, "", null) }, 0, true);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = ct };
        while (level.Count > 0 && isComplete)
        {
            var next = new List<SourceEntry>();
            await Parallel.ForEachAsync(level, parallel, async (folder, token) =>
            {
                var below = await LookAsync(instance, visitor, folder, order, scope, survey, token);
                lock (next)
                {
                    next.AddRange(below ?? []);
                    isComplete &= below is not null && (seen += below.Count) < MostFolders;
                }
            });
            level = next;
        }

        return isComplete;
    }

    /// <summary>The folders of this one that would be walked; null when it cannot be read.</summary>
    private async Task<List<SourceEntry>?> LookAsync(
        string instance, Visitor visitor, SourceEntry folder, TriggerOrder order, Scope scope, Survey survey, CancellationToken ct)
    {
        var (folders, names) = (new List<SourceEntry>(), survey.NamesOfOneFolder());
        try
        {
            await foreach (var (entry, taken) in remote.SurveyAsync(instance, visitor, folder.Path, folder.Path.Rebase(order.Source, order.Target), ct))
            {
                if (scope.Excludes(entry) is { } reason)
                {
                    survey.LeaveOut(entry, reason);
                    continue;
                }

                names(entry);
                survey.Add(entry, taken);
                if (entry.IsFolder)
                {
                    folders.Add(entry);
                }
            }

            return folders;
        }
        catch (FaultException e)
        {
            survey.LeaveOut(folder, Reasons.Of(e.Fault));
            return null;
        }
    }
}

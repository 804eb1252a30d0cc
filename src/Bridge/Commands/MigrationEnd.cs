using System.CommandLine;

namespace Bridge;

/// <summary>Waits for the end of a migration, tells of it, and answers the exit code.</summary>
internal sealed class MigrationEnd(InstanceOptions instance, Listing listing, ParseResult parsed)
{
    public async Task<int> WaitAsync(string id, CancellationToken ct)
    {
        var domain = parsed.GetValue(instance.Domain)!;
        try
        {
            var progress = new MigrationProgress(stop => instance.ConnectAsync(parsed, stop));
            var state = await (listing.IsJson(parsed) ? progress.WaitAsync(id, ct) : progress.FollowAsync(id, ct));
            Print(state, domain);
            return state.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(
                $"""
                The migration goes on without this command.
                  Look at it again: bridge migrations follow {domain} {id}
                  Stop it:          bridge migrations cancel {domain} {id}
                """);
            throw;
        }
    }

    public void Print(MigrationState state, string domain)
    {
        if (listing.IsJson(parsed))
        {
            Listing.PrintJson(state.Document);
        }
        else
        {
            MigrationSummary.Print(state, domain);
        }
    }
}

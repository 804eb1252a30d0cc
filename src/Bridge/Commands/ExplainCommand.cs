using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;

namespace Bridge;

/// <summary><c>bridge explain MIGRATION</c>: why a migration is where it is, and what to do next.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("MIGRATION") { Description = "Id of the migration" };
        var domain = new Option<string?>("--instance") { Description = "Its instance; without it, all are asked", HelpName = "DOMAIN" };
        var command = new Command("explain", "Tell in plain words why a migration is where it is, and what to do next") { id, domain };
        var instance = InstanceOptions.WithoutDomain(command);
        var listing = Listing.Of(command);
        command.SetAction(async (parsed, ct) =>
        {
            var (found, explanation) = await FindAsync(instance, parsed, parsed.GetValue(domain), parsed.GetValue(id)!, ct);
            if (listing.IsJson(parsed))
            {
                explanation["instance"] = found;
                Listing.PrintJson(explanation);
            }
            else
            {
                MigrationExplanation.Print(explanation, found);
            }
        });
        return command.WithExamples("bridge explain 018f3c9d2b7a4e0fa1c2d3e4f5061728", "bridge explain 018f3c9d2b7a4e0fa1c2d3e4f5061728 --instance alma.localhost:8080 --json");
    }

    private static async Task<(string Domain, JsonNode Explanation)> FindAsync(InstanceOptions instance, ParseResult parsed, string? domain, string id, CancellationToken ct)
    {
        foreach (var one in domain is null ? await instance.DomainsAsync(parsed, ct) : [domain])
        {
            using var client = await instance.ConnectAsync(parsed, one, ct);
            try
            {
                return (one, await client.ExplainMigrationAsync(id, ct));
            }
            catch (RefusedException e) when (e.Status == HttpStatusCode.NotFound && domain is null)
            {
                // Another's, perhaps.
            }
        }

        throw new CommandException($"no instance has a migration {id}: see bridge migrations ls DOMAIN");
    }
}

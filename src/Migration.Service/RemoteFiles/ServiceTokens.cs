using System.Collections.Concurrent;
using Grpc.Core;
using Shared.Access;
using Shared.Faults;

namespace Migration.RemoteFiles;

/// <summary>Proves to RemoteFiles.Service that this service asks, and for which instance.</summary>
internal sealed class ServiceTokens(IInstances instances, Tokens tokens, TimeProvider clock)
{
    public const string Subject = "migration";

    private const int Most = 10_000;

    // A token of a service is good for five minutes.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(3);

    private readonly ConcurrentDictionary<string, (string Token, DateTimeOffset Until)> minted = new();

    /// <exception cref="FaultException">Internal: the instance is gone.</exception>
    public async Task<Metadata> HeadersAsync(string domain, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (!minted.TryGetValue(domain, out var token) || now >= token.Until)
        {
            var instance = await instances.FindAsync(domain, ct) ?? throw new FaultException(Fault.Internal, $"the instance {domain} is gone");
            token = (tokens.Mint(instance, Audiences.Service, Subject, ""), now + Fresh);
            if (minted.Count >= Most)
            {
                minted.Clear();
            }

            minted[domain] = token;
        }

        return new() { { "authorization", "Bearer " + token.Token } };
    }
}

using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Shared.Faults;

namespace Shared.Access;

/// <summary>Section "Limits": how many requests this process takes; what was not used is saved up to the burst.</summary>
internal sealed class LimitOptions
{
    /// <summary>False takes all that come.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Of all callers of one instance together. A sync client with 20 transfers at once stays far below.</summary>
    [Range(1, int.MaxValue)]
    public int OfInstance { get; set; } = 1_000;

    [Range(1, int.MaxValue)]
    public int BurstOfInstance { get; set; } = 20_000;

    /// <summary>Of one address, from callers who do not say who they are, or not rightly.</summary>
    [Range(1, int.MaxValue)]
    public int OfAddress { get; set; } = 100;

    [Range(1, int.MaxValue)]
    public int BurstOfAddress { get; set; } = 2_000;

    /// <summary>The time that both rates are of.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// Counts requests, those of callers that are known for their instance, and all others for the address they come from: nobody uses
/// up what is another one's, and no stranger what is an instance's.
/// </summary>
internal sealed class RequestLimits(IOptions<LimitOptions> options) : IDisposable
{
    private readonly bool isEnabled = options.Value.Enabled;
    private readonly PartitionedRateLimiter<string> instances = Buckets(options.Value.OfInstance, options.Value.BurstOfInstance, options.Value.Period);
    private readonly PartitionedRateLimiter<string> addresses = Buckets(options.Value.OfAddress, options.Value.BurstOfAddress, options.Value.Period);

    /// <exception cref="FaultException">TooManyRequests.</exception>
    public void TakeOf(Instance instance) => Take(instances, instance.Domain);

    /// <exception cref="FaultException">TooManyRequests.</exception>
    public void TakeOfStranger(HttpContext context) => Take(addresses, CallerNetwork.Of(context));

    public void Dispose()
    {
        instances.Dispose();
        addresses.Dispose();
    }

    private void Take(PartitionedRateLimiter<string> limiter, string key)
    {
        if (!isEnabled)
        {
            return;
        }

        using var lease = limiter.AttemptAcquire(key);
        if (!lease.IsAcquired)
        {
            var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var told) && told > TimeSpan.FromSeconds(1) ? told : TimeSpan.FromSeconds(1);
            throw new FaultException(
                Fault.TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"Too many requests, come again in {Math.Ceiling(wait.TotalSeconds)} seconds")) { RetryAfter = wait };
        }
    }

    // Those that are full are forgotten.
    private static PartitionedRateLimiter<string> Buckets(int rate, int burst, TimeSpan period) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(
            key, _ => new() { TokenLimit = Math.Max(rate, burst), TokensPerPeriod = rate, ReplenishmentPeriod = period, QueueLimit = 0 }));
}

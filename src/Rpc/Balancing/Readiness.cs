namespace Rpc.Balancing;

/// <summary>Asks a replica whether it can work now.</summary>
internal sealed class Readiness(Version version) : IDisposable
{
    private const string Path = "/health/ready";

    // Longer than a service takes to find out that its database is away.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    // Its connections are not those of calls, and do not stay for long after the last of them.
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler
    {
        ConnectTimeout = Patience,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
    });

    public async Task<bool> AskAsync(Uri replica, CancellationToken ct)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(ct);
        late.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica, Path)) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await http.SendAsync(request, late.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return false;
        }
    }

    public void Dispose() => http.Dispose();
}

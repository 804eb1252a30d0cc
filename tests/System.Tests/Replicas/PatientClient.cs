using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace SystemTests.Replicas;

/// <summary>
/// A client as it should be: it asks again after 503 and after a connection that broke, and looks first whether what it asked for was
/// done all the same. Any other answer than the right one is a failure of the test.
/// </summary>
internal sealed class PatientClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly HttpClient http;
    private readonly CancellationToken ct;

    public PatientClient(Uri edge, string domain, string authorization, CancellationToken ct)
    {
        this.ct = ct;
        http = new() { BaseAddress = edge };
        http.DefaultRequestHeaders.Host = domain;
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
    }

    /// <summary>What went wrong, of all clients.</summary>
    public static ConcurrentDictionary<string, int> Troubles { get; } = new();

    /// <summary>Changes something; returns once it is done.</summary>
    /// <param name="request">Made anew for each try.</param>
    /// <param name="right">The statuses of success.</param>
    /// <param name="isDone">Looks whether it was done by a try that was not answered.</param>
    public async Task<string> ChangeAsync(Func<HttpRequestMessage> request, int[] right, Func<Task<bool>> isDone)
    {
        var since = Stopwatch.GetTimestamp();
        for (var isRepeated = false; ; isRepeated = true)
        {
            var (status, body) = await SendAsync(request());
            if (right.Contains(status))
            {
                return body;
            }

            var wasLost = status is 0 or 503;
            if ((wasLost || isRepeated) && await isDone())
            {
                Troubles.AddOrUpdate("done although not answered", 1, (_, count) => count + 1);
                return "";
            }

            Assert.True(wasLost, $"{request()} was answered {status}{(isRepeated ? ", after tries that were not answered" : "")}: {body}");
            await WaitAsync(since, request);
        }
    }

    /// <summary>Asks for something until it is told.</summary>
    public async Task<(int Status, string Body)> AskAsync(Func<HttpRequestMessage> request, params int[] right)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var (status, body) = await SendAsync(request());
            if (right.Contains(status))
            {
                return (status, body);
            }

            Assert.True(status is 0 or 503, $"{request()} was answered {status}: {body}");
            await WaitAsync(since, request);
        }
    }

    /// <summary>The bytes of a file; null when there is none.</summary>
    public async Task<byte[]?> ReadAsync(string path)
    {
        var (status, body) = await AskAsync(() => new(HttpMethod.Get, At(path)), 200, 404);
        return status == 200 ? System.Text.Encoding.Latin1.GetBytes(body) : null;
    }

    public static Uri At(string path) => new(path, UriKind.Relative);

    public void Dispose() => http.Dispose();

    // Status 0: the connection broke, before or in the answer.
    private async Task<(int Status, string Body)> SendAsync(HttpRequestMessage request)
    {
        try
        {
            using (request)
            {
                using var answer = await http.SendAsync(request, ct);
                await using var body = await answer.Content.ReadAsStreamAsync(ct);
                using var reader = new StreamReader(body, System.Text.Encoding.Latin1);
                var text = await reader.ReadToEndAsync(ct);
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    Assert.NotNull(answer.Headers.RetryAfter);
                    Troubles.AddOrUpdate("503", 1, (_, count) => count + 1);
                }

                return ((int)answer.StatusCode, text);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            Troubles.AddOrUpdate("connection broke", 1, (_, count) => count + 1);
            return (0, e.Message);
        }
    }

    private async Task WaitAsync(long since, Func<HttpRequestMessage> request)
    {
        Assert.True(Stopwatch.GetElapsedTime(since) < Patience, $"{request()} never succeeds");
        await Task.Delay(50, ct);
    }
}

using System.Net.Http.Headers;
using System.Text;

namespace Bench;

/// <summary>What a desktop client does all day: it asks for the root's ETag, and now and then a file comes or goes.</summary>
internal sealed class SyncClient(HttpClient http, SoakLogin login, int number, SoakFigures figures)
{
    private const int MeanSeconds = 4;
    private const int FilesEvery = 20;
    private const int LargestFile = 32 * 1024;
    private const string Question = """<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>""";
    private readonly Random random = new(number);
    private readonly AuthenticationHeaderValue authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}")));

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            // They do not all begin in the same moment.
            for (var rest = random.NextDouble(); ; rest = 0.5 + random.NextDouble())
            {
                await Task.Delay(TimeSpan.FromSeconds(rest * MeanSeconds), ct);
                var begun = TimeProvider.System.GetTimestamp();
                if (await SendAsync("PROPFIND", "", new StringContent(Question, Encoding.UTF8, "application/xml"), ct))
                {
                    figures.Looked(TimeProvider.System.GetElapsedTime(begun));
                }

                if (random.Next(FilesEvery) == 0)
                {
                    var name = $"client {number} {random.Next(10)}.bin";
                    var content = new byte[random.Next(LargestFile)];
                    random.NextBytes(content);
                    await SendAsync("PUT", name, new ByteArrayContent(content), ct);
                    await SendAsync("GET", name, null, ct);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Its time is over.
        }
    }

    private async Task<bool> SendAsync(string method, string name, HttpContent? content, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(new(method), $"remote.php/dav/files/{login.User}/{Uri.EscapeDataString(name)}") { Content = content };
        request.Headers.Host = login.Domain;
        request.Headers.Authorization = authorization;
        request.Headers.Add("Depth", "0");
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            await answer.Content.CopyToAsync(Stream.Null, ct);
            figures.Answered(method, (int)answer.StatusCode);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            figures.Failed(method, e);
            return false;
        }
    }
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace RemoteFiles.Tests.Routes;

/// <summary>Asks the service as one instance's client does: its Host, its token, and the request target byte for byte as it is given.</summary>
internal sealed class RestClient(HttpClient http, Uri server, string domain, string? token)
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public string Domain => domain;

    public string? Token => token;

    public RestClient With(string? otherToken) => new(http, server, domain, otherToken);

    public Task<Answer> GetAsync(string target, params (string Name, string Value)[] headers) => SendAsync("GET", target, null, headers);

    public Task<Answer> HeadAsync(string target, params (string Name, string Value)[] headers) => SendAsync("HEAD", target, null, headers);

    public Task<Answer> PostAsync(string target, HttpContent? content = null, params (string Name, string Value)[] headers) => SendAsync("POST", target, content, headers);

    public Task<Answer> PutAsync(string target, HttpContent? content = null, params (string Name, string Value)[] headers) => SendAsync("PUT", target, content, headers);

    public Task<Answer> DeleteAsync(string target, params (string Name, string Value)[] headers) => SendAsync("DELETE", target, null, headers);

    public async Task<Answer> SendAsync(string method, string target, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var response = await OpenAsync(method, target, content, headers);
        return await Answer.ReadAsync(response);
    }

    /// <summary>The head of an answer, its body still to come.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string method, string target, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"http://{server.Authority}{target}", AsItIs));
        request.Headers.Host = domain;
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Content = content;
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>A body with its Content-Type.</summary>
    public static HttpContent Body(string text, string type = "") => Body(Encoding.UTF8.GetBytes(text), type);

    public static HttpContent Body(byte[] bytes, string type = "")
    {
        var content = new ByteArrayContent(bytes);
        if (type.Length > 0)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return content;
    }

    public static HttpContent JsonBody(string json) => Body(json, "application/json");

    /// <summary>The same bytes without a Content-Length.</summary>
    public static HttpContent ChunkedBody(byte[] bytes) => new PushedContent(bytes);

    private sealed class PushedContent(byte[] bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => await stream.WriteAsync(bytes);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

/// <summary>A whole answer.</summary>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? ContentType => Header("Content-Type");

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        using var body = new MemoryStream();
        await response.Content.CopyToAsync(body, TestContext.Current.CancellationToken);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            headers[name] = values.ToString();
        }

        return new((int)response.StatusCode, headers, body.ToArray());
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} {ContentType} {Text}");
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Bridge;

/// <summary>Speaks to a running server's admin port; a refusal becomes an exception with the server's own words.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient http;

    public AdminClient(Uri address, string secret)
    {
        http = new() { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:" + secret)));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    public Task<string> ListInstancesAsync(CancellationToken ct) => SendAsync(new(HttpMethod.Get, "instances"), ct);

    public Task AddInstanceAsync(string domain, string passphrase, string locale, long? quota, CancellationToken ct, params (string Name, string Value)[] profile) =>
        PostAsync("instances", ct, [("Domain", domain), ("Passphrase", passphrase), ("Locale", locale), ("Quota", quota?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""), .. profile]);

    public Task RemoveInstanceAsync(string domain, CancellationToken ct) =>
        SendAsync(new(HttpMethod.Delete, $"instances?Domain={Uri.EscapeDataString(domain)}"), ct);

    public Task AddNameAsync(string domain, string name, bool isOld, CancellationToken ct) =>
        PostAsync("instances/names", ct, ("Domain", domain), ("Name", name), ("Old", isOld ? "true" : ""));

    public Task<string> AddAppPasswordAsync(string domain, string name, CancellationToken ct) =>
        PostAsync("instances/app-passwords", ct, ("Domain", domain), ("Name", name));

    public Task<string> ListAppPasswordsAsync(string domain, CancellationToken ct) =>
        SendAsync(new(HttpMethod.Get, $"instances/app-passwords?Domain={Uri.EscapeDataString(domain)}"), ct);

    public Task RevokeAppPasswordAsync(string domain, string id, CancellationToken ct) =>
        SendAsync(new(HttpMethod.Delete, $"instances/app-passwords/{Uri.EscapeDataString(id)}?Domain={Uri.EscapeDataString(domain)}"), ct);

    public Task<string> AddAccountAsync(string domain, string url, string login, string password, CancellationToken ct) =>
        PostAsync("instances/accounts", ct, ("Domain", domain), ("Url", url), ("Login", login), ("Password", password));

    public Task<string> CliTokenAsync(string domain, IEnumerable<string> scopes, CancellationToken ct)
    {
        var scope = Uri.EscapeDataString(string.Join(' ', scopes));
        return SendAsync(new(HttpMethod.Post, $"instances/token?Domain={Uri.EscapeDataString(domain)}&Audience=cli&Subject=cli&Scope={scope}"), ct);
    }

    public void Dispose() => http.Dispose();

    private Task<string> PostAsync(string path, CancellationToken ct, params (string Name, string Value)[] fields) =>
        SendAsync(new(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) }, ct);

    private async Task<string> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, ct);
        }
        catch (HttpRequestException e)
        {
            throw new NoServerException($"no server answers at {http.BaseAddress}: {e.Message}. Start it with ./bridge serve, or name it with --admin.");
        }

        using (answer)
        {
            var text = (await answer.Content.ReadAsStringAsync(ct)).Trim();
            return answer.StatusCode switch
            {
                // In the Cozy's words it is a bad passphrase, and there are others.
                HttpStatusCode.Forbidden => throw new RefusedException(answer.StatusCode, $"{http.BaseAddress} has another admin secret than BRIDGE_ADMIN_SECRET: it is the server's Admin:Secret, of bridge serve the file admin.secret in its data."),
                _ when answer.IsSuccessStatusCode => text,
                _ => throw RefusedException.Of(answer, text),
            };
        }
    }
}

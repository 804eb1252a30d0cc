using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Nextcloud's login flow v2, as a client. It is asked at the address that the user gave, whatever addresses the server names:
/// that one was reachable, and a server cannot send us anywhere else.
/// </summary>
internal sealed class NextcloudLogins(NextcloudHttp http, IOptions<NextcloudOptions> options, TimeProvider clock) : IRemoteLogins
{
    private const int LongestAnswer = 64 * 1024;
    private const int LongestToken = 1024;

    // Nextcloud shows it to the user as the name of who asks, and lists it among the devices.
    private const string Name = "Cozy";

    public async Task<BegunLogin> BeginAsync(Uri root, CancellationToken ct)
    {
        var line = Line(root, "", "");
        using var response = await line.AskAsync(() => Question(line, "POST", At(root, "index.php/login/v2")), ct);
        var flow = (int)response.StatusCode == 200 ? await ReadAsync(line, response, LoginJson.Default.FlowAnswer, ct) : throw await RefusalAsync(line, response, ct);

        // A browser is sent there: nothing but a page of the web.
        return flow is { Poll.Token: { Length: > 0 and <= LongestToken } token } && Uri.TryCreate(flow.Login, UriKind.Absolute, out var page) && page.Scheme is "http" or "https"
            ? new(page, token)
            : throw NoNextcloud(line);
    }

    public async Task<GrantedLogin?> FetchAsync(Uri root, string token, CancellationToken ct)
    {
        var line = Line(root, "", "");
        using var silence = line.Silence(ct);
        var request = Question(line, "POST", At(root, "index.php/login/v2/poll"));
        request.Content = new FormUrlEncodedContent([new("token", token)]);
        using var response = await line.SendAsync(request, silence);
        switch ((int)response.StatusCode)
        {
            case 200:
                var login = await ReadAsync(line, response, LoginJson.Default.LoginAnswer, ct);
                return login is { LoginName.Length: > 0, AppPassword.Length: > 0 } ? new(login.LoginName, login.AppPassword) : throw NoNextcloud(line);
            case 404:
                return null;
            default:
                throw await RefusalAsync(line, response, ct);
        }
    }

    public async Task RevokeAsync(Uri root, string login, string password, CancellationToken ct)
    {
        var line = Line(root, login, password);
        using var silence = line.Silence(ct);
        var request = Question(line, "DELETE", At(root, "ocs/v2.php/core/apppassword"));
        request.Headers.Add("OCS-APIRequest", "true");
        using var response = await line.SendAsync(request, silence);
        switch ((int)response.StatusCode)
        {
            case 200:
            case 401:
                // It opens nothing there (any more).
                return;
            case 403:
                throw new FaultException(Fault.Conflict, $"{line.Host} says that this is not an app password");
            default:
                throw await line.FaultAsync(response, ct);
        }
    }

    private DavLine Line(Uri root, string login, string password) =>
        new(http, new Account("", root, login, password, ""), options.Value, clock) { IsTyped = true };

    private static Uri At(Uri root, string path) => new($"{root.Scheme}://{root.Authority}{root.AbsolutePath.TrimEnd('/')}/{path}");

    private static HttpRequestMessage Question(DavLine line, string method, Uri address)
    {
        var request = line.Request(method, address);
        request.Headers.Remove("User-Agent");
        request.Headers.Add("User-Agent", Name);
        request.Headers.Add("Accept", "application/json");
        return request;
    }

    private static async Task<T> ReadAsync<T>(DavLine line, HttpResponseMessage response, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken ct)
    {
        await using var body = await line.BodyAsync(response, length: null, ct);
        body.Limit = LongestAnswer;
        try
        {
            return await JsonSerializer.DeserializeAsync(body, type, ct) ?? throw NoNextcloud(line);
        }
        catch (JsonException e)
        {
            throw new FaultException(Fault.BadGateway, $"{line.Host} answers, but not as a Nextcloud does", e);
        }
    }

    private static async Task<FaultException> RefusalAsync(DavLine line, HttpResponseMessage response, CancellationToken ct) => (int)response.StatusCode switch
    {
        404 or 405 => new(Fault.BadGateway, $"{line.Host} has no Nextcloud at this address"),
        _ => await line.FaultAsync(response, ct),
    };

    private static FaultException NoNextcloud(DavLine line) => new(Fault.BadGateway, $"{line.Host} answers, but not as a Nextcloud does");
}

/// <summary><c>{"poll":{"token":…,"endpoint":…},"login":…}</c></summary>
internal sealed record FlowAnswer(FlowPoll? Poll, string? Login);

internal sealed record FlowPoll(string? Token);

/// <summary><c>{"server":…,"loginName":…,"appPassword":…}</c></summary>
internal sealed record LoginAnswer(string? LoginName, string? AppPassword);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FlowAnswer))]
[JsonSerializable(typeof(LoginAnswer))]
internal sealed partial class LoginJson : JsonSerializerContext;

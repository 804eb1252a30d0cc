using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>Checks a login, and learns the user's id, which is not always the login.</summary>
internal sealed class NextcloudProbe(NextcloudHttp http, IOptions<NextcloudOptions> options, TimeProvider clock) : IRemoteUsers
{
    private const int LongestAnswer = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks <c>cloud/user</c>, which every Nextcloud has; <c>user_status</c> is an app, and answers 404 to users who never set one.</summary>
    /// <exception cref="FaultException">Unauthenticated for a bad login; BadGateway for everything else that is not a user id.</exception>
    public async Task<string> ResolveAsync(Uri root, string login, string password, CancellationToken ct)
    {
        try
        {
            return await InTimeAsync(root, both => AskAsync(root, login, password, both), ct);
        }
        catch (FaultException e) when (e.Fault is not (Fault.Unauthenticated or Fault.Maintenance or Fault.AccountDisabled))
        {
            throw Unreachable(e.Message, e);
        }
    }

    public Task CheckUpAsync(Uri root, CancellationToken ct) => InTimeAsync(
        root,
        async both =>
        {
            await NextcloudStatus.CheckAsync(Line(root, "", ""), root, both);
            return true;
        },
        ct);

    public RemoteStanding StandingOf(Uri root, string login, string password)
    {
        var account = new Account("", root, login, password, "");
        var (requests, most, rest) = http.Servers.Of(account).Standing;
        return new(requests, most, rest, http.Servers.Refused.IsRefused(RefusedLogins.KeyOf(account)));
    }

    private async Task<T> InTimeAsync<T>(Uri root, Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            return await ask(both.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new FaultException(Fault.BadGateway, $"{root.Authority} does not answer in time", e);
        }
    }

    private DavLine Line(Uri root, string login, string password) => new(http, new Account("", root, login, password, ""), options.Value, clock) { IsTyped = true };

    private async Task<string> AskAsync(Uri root, string login, string password, CancellationToken ct)
    {
        if (!root.IsAbsoluteUri)
        {
            throw new FaultException(Fault.BadGateway, "the address does not begin with https:// or http://");
        }

        var line = Line(root, login, password);
        using var response = await line.AskAsync(() => Question(line, root), ct);
        switch ((int)response.StatusCode)
        {
            case 200:
                await using (var body = await line.BodyAsync(response, length: null, ct))
                {
                    return await ReadAsync(body, line.Host, ct);
                }

            case 401 or 403:
                throw new FaultException(Fault.Unauthenticated, "nextcloud credentials are invalid");
            case 404:
                throw new FaultException(Fault.BadGateway, $"{line.Host} has no Nextcloud at this address");
            default:
                throw await line.FaultAsync(response, ct);
        }
    }

    private static HttpRequestMessage Question(DavLine line, Uri root)
    {
        var request = line.Request("GET", new Uri($"{root.Scheme}://{root.Authority}{root.AbsolutePath.TrimEnd('/')}/ocs/v2.php/cloud/user"));
        request.Headers.Add("OCS-APIRequest", "true");
        request.Headers.Add("Accept", "application/json");
        return request;
    }

    private static async Task<string> ReadAsync(RemoteBody body, string host, CancellationToken ct)
    {
        body.Limit = LongestAnswer;
        try
        {
            var answer = await JsonSerializer.DeserializeAsync(body, OcsJson.Default.OcsAnswer, ct);
            return answer?.Ocs?.Data?.Id is { Length: > 0 } id ? id : throw new JsonException("no user id");
        }
        catch (JsonException e)
        {
            throw new FaultException(Fault.BadGateway, $"{host} answers, but not as a Nextcloud does", e);
        }
    }

    private static FaultException Unreachable(string cause, Exception inner) => new(Fault.BadGateway, $"nextcloud unreachable: {cause}", inner);
}

/// <summary><c>{"ocs":{"meta":{…},"data":{"id":"carol",…}}}</c></summary>
internal sealed record OcsAnswer(OcsBody? Ocs);

internal sealed record OcsBody(OcsUser? Data);

internal sealed record OcsUser(string? Id);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OcsAnswer))]
internal sealed partial class OcsJson : JsonSerializerContext;

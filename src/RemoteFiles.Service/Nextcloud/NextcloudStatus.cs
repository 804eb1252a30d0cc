using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Whether a Nextcloud is there, as <c>status.php</c> tells anybody: <c>{"installed":true,"maintenance":false,…}</c>. A server that
/// hides it is taken to be there.
/// </summary>
internal static class NextcloudStatus
{
    private const int LongestAnswer = 64 * 1024;

    public static Uri Address(Uri root) => new($"{root.Scheme}://{root.Authority}{root.AbsolutePath.TrimEnd('/')}/status.php");

    /// <exception cref="FaultException">Maintenance, or BadGateway or Unavailable when it is not there.</exception>
    public static async Task CheckAsync(DavLine line, Uri root, CancellationToken ct)
    {
        using var response = await line.AskAsync(() => line.Request("GET", Address(root)), ct);
        switch ((int)response.StatusCode)
        {
            case 200 or 503 when response.Content.Headers.ContentType?.MediaType == "application/json":
                if (await IsInMaintenanceAsync(response, line, ct))
                {
                    throw new FaultException(Fault.Maintenance, $"{line.Host} is in maintenance");
                }

                break;
            case 200:
                throw new FaultException(Fault.BadGateway, $"{line.Host} answers, but not as a Nextcloud does");
            case 429 or >= 500:
                throw await line.FaultAsync(response, ct);
            case >= 300 and < 400 and var status:
                throw new FaultException(
                    Fault.BadGateway, string.Create(CultureInfo.InvariantCulture, $"{line.Host} answers with a redirect ({status}), check the address"));
            default:
                break;
        }
    }

    private static async Task<bool> IsInMaintenanceAsync(HttpResponseMessage response, DavLine line, CancellationToken ct)
    {
        await using var body = await line.BodyAsync(response, length: null, ct);
        body.Limit = LongestAnswer;
        try
        {
            return (await JsonSerializer.DeserializeAsync(body, StatusJson.Default.ServerStatus, ct))?.Maintenance == true;
        }
        catch (JsonException e)
        {
            throw new FaultException(Fault.BadGateway, $"{line.Host} answers, but not as a Nextcloud does", e);
        }
    }
}

internal sealed record ServerStatus(bool Maintenance);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ServerStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;

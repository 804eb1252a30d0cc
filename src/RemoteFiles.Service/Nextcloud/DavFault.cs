using System.Globalization;
using System.Net.Http.Headers;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>The statuses of a Nextcloud, told as faults: one row for each that means something. The fixed texts are those Cozy clients know.</summary>
internal static class DavFault
{
    public static FaultException From(HttpResponseMessage response, SabreError error, string host, TimeProvider clock)
    {
        var method = response.RequestMessage!.Method.Method;
        return ((int)response.StatusCode, method) switch
        {
            (400, _) when error.Exception.EndsWith("InvalidPath", StringComparison.Ordinal) =>
                new(Fault.Invalid, $"{host} does not take this name: {error.Message}"),
            (401, _) => new(Fault.Unauthenticated, "invalid authentication"),
            (403, _) => new(Fault.Forbidden, Said("does not allow this")),
            (404, "PUT") or (409, "PUT" or "MKCOL" or "COPY" or "MOVE") => new(Fault.ParentNotFound, "parent directory does not exist"),
            (415, "COPY" or "MOVE") => new(Fault.ParentNotFound, "parent directory does not exist"), // it is a file
            (404, _) => new(Fault.NotFound, "file/directory not found"),
            (405, "PUT" or "MKCOL") or (412, "PUT" or "COPY" or "MOVE") => new(Fault.AlreadyExists, "it already exists"),
            (412, _) => new(Fault.PreconditionFailed, "it has changed since"),
            (503, _) when error.Message.Contains("Account disabled", StringComparison.OrdinalIgnoreCase) =>
                new(Fault.AccountDisabled, Said("cannot answer now")),
            (503, _) when IsMaintenance(response, error) =>
                new(Fault.Maintenance, Said("cannot answer now")) { RetryAfter = RetryAfter(response.Headers.RetryAfter, clock) },
            (423, _) => new(Fault.Locked, Said("has locked it")),
            (429 or 503, _) => new(Fault.Unavailable, Said("cannot answer now")) { RetryAfter = RetryAfter(response.Headers.RetryAfter, clock) },
            (507, _) => new(Fault.OutOfSpace, Said("has no space left")),
            (>= 300 and < 400, _) => new(Fault.BadGateway, $"{host} answers with a redirect to {Target(response)}, check the address"),
            var (status, _) => new(Fault.BadGateway, Said(string.Create(CultureInfo.InvariantCulture, $"answers {status} to {method}"))),
        };

        string Said(string otherwise) => error.Message.Length > 0 ? $"{host} {otherwise}: {error.Message}" : $"{host} {otherwise}";
    }

    private static bool IsMaintenance(HttpResponseMessage response, SabreError error) =>
        response.Headers.Contains("X-Nextcloud-Maintenance-Mode") || error.Message.Contains("maintenance mode", StringComparison.OrdinalIgnoreCase);

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider clock)
    {
        var wait = header?.Delta ?? header?.Date - clock.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static string Target(HttpResponseMessage response) =>
        response.Headers.Location is { } location && new Uri(response.RequestMessage!.RequestUri!, location) is { Authority.Length: > 0 } target
            ? $"{target.Scheme}://{target.Authority}"
            : "another address";
}

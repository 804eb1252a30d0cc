using System.Globalization;
using System.Xml.Linq;
using RemoteFiles.Access;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>LOCK and UNLOCK (RFC 4918 sections 9.10 and 9.11): class 2, with an end that a client has to put off.</summary>
internal static class DavLock
{
    private const int MostOwner = 4096;
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Most = TimeSpan.FromHours(24);

    public static async Task LockAsync(DavCall call)
    {
        var body = await DavXml.ReadAsync(call.Http);
        if (body is null)
        {
            await RefreshAsync(call);
            return;
        }

        var isExclusive = body.Element(DavXml.D + "lockscope")?.Element(DavXml.D + "shared") is null;
        if (body.Name != DavXml.D + "lockinfo" || body.Element(DavXml.D + "locktype")?.Element(DavXml.D + "write") is null)
        {
            throw new FaultException(Fault.Malformed, "The request body is not a lockinfo for a write lock");
        }

        var isDeep = call.Header("Depth").ToUpperInvariant() switch
        {
            "0" => false,
            "" or "INFINITY" => true,
            _ => throw new FaultException(Fault.Malformed, "The Depth of a lock is 0 or infinity"),
        };
        NewNames.Check(call.Path);
        var wanted = new DriveLock($"opaquelocktoken:{Guid.NewGuid()}", call.Path, isDeep, isExclusive, OwnerOf(body), TimeoutOf(call), Now(call) + TimeoutOf(call));
        var placed = await call.Drive.LockAsync(wanted, DavTerms.Of(call, DavPut.NotTrashed), call.Ct);
        call.Response.StatusCode = placed.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        call.Response.Headers["Lock-Token"] = $"<{wanted.Token}>";
        await AnswerAsync(call, wanted);
    }

    public static async Task UnlockAsync(DavCall call)
    {
        var token = call.Header("Lock-Token").Trim();
        if (token is not ['<', .., '>'])
        {
            throw new FaultException(Fault.Malformed, "A Lock-Token header is needed");
        }

        if (!await call.Drive.UnlockAsync(call.Path, token[1..^1], call.Ct))
        {
            throw new FaultException(Fault.Conflict, "There is no such lock here");
        }

        call.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task RefreshAsync(DavCall call)
    {
        var tokens = IfHeader.Parse(call.Header("If")).Tokens;
        if (tokens.Count == 0)
        {
            throw new FaultException(Fault.Malformed, "A LOCK without a body refreshes the lock that the If header names");
        }

        foreach (var token in tokens)
        {
            if (await call.Drive.RefreshLockAsync(call.Path, token, TimeoutOf(call), call.Ct) is { } refreshed)
            {
                await AnswerAsync(call, refreshed);
                return;
            }
        }

        throw new FaultException(Fault.PreconditionFailed, "There is no such lock here") { Parameter = "If" };
    }

    private static Task AnswerAsync(DavCall call, DriveLock held)
    {
        call.Response.ContentType = "application/xml; charset=utf-8";
        return call.Response.WriteAsync(
            $"""
            <?xml version="1.0" encoding="utf-8"?>
            <d:prop xmlns:d="DAV:"><d:lockdiscovery>{LockXml.Of([held], Visitor.PrefixOf(call.Http) + call.Root)}</d:lockdiscovery></d:prop>

            """,
            call.Ct);
    }

    private static string OwnerOf(XElement body)
    {
        var owner = body.Element(DavXml.D + "owner") is { } element ? DavXml.InnerOf(element).Trim() : "";
        return owner.Length <= MostOwner ? owner : throw new FaultException(Fault.TooLarge, "The owner of a lock is too long");
    }

    // RFC 4918 section 10.7: a wish, of which the first is taken that can be read.
    private static TimeSpan TimeoutOf(DavCall call)
    {
        foreach (var wish in call.Header("Timeout").Split(',', StringSplitOptions.TrimEntries))
        {
            if (wish.StartsWith("Infinite", StringComparison.OrdinalIgnoreCase))
            {
                return Most;
            }

            if (wish.StartsWith("Second-", StringComparison.OrdinalIgnoreCase)
                && long.TryParse(wish.AsSpan(7), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
            {
                return TimeSpan.FromSeconds(Math.Min(seconds, (long)Most.TotalSeconds));
            }
        }

        return Usual;
    }

    private static DateTimeOffset Now(DavCall call) => call.Http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
}

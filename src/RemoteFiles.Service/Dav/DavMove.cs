using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>MOVE and COPY (RFC 4918 sections 9.8 and 9.9).</summary>
internal static class DavMove
{
    public static Task MoveAsync(DavCall call) => PlaceAsync(call, isCopy: false);

    public static Task CopyAsync(DavCall call) => PlaceAsync(call, isCopy: true);

    private static async Task PlaceAsync(DavCall call, bool isCopy)
    {
        var overwrite = DavCall.Overwrites(call.Http);
        var to = await DavCall.DestinationAsync(call.Http, call.Drive);
        await call.EntryAsync();
        if (to == call.Path || to.IsRoot)
        {
            throw new FaultException(Fault.Forbidden, "Source and destination are the same, or the destination is the root");
        }

        var order = new Placement(call.Path, to, isCopy, call.Header("Depth") != "0", overwrite);
        var placed = await call.Drive.PlaceAsync(order, DavTerms.Of(call, DavPut.NotTrashed), call.Ct);
        call.Describe(placed.Entry);
        call.Response.StatusCode = placed.IsNew ? StatusCodes.Status201Created : StatusCodes.Status204NoContent;
    }
}

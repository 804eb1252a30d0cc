using RemoteFiles.Access;
using RemoteFiles.Http;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Ocs;

/// <summary>The two prefixes of OCS; success is 100 in the first and 200 in the second.</summary>
internal enum OcsVersion
{
    V1 = 100,
    V2 = 200,
}

/// <summary>A request to OCS, and the app password it came with; null where none is needed and none was sent.</summary>
internal sealed record OcsCall(HttpContext Http, OcsVersion Version, AppPassword? Password)
{
    public Instance Instance => Http.Instance();

    public CancellationToken Ct => Http.RequestAborted;

    /// <summary>Checks the caller: an app password, or none if <paramref name="isPublic"/>, but never a bad one.</summary>
    public static async Task<OcsCall> OfAsync(HttpContext context, OcsVersion version, bool isPublic)
    {
        var password = await context.RequestServices.GetRequiredService<AppLogin>().FindAsync(context);
        if (password is null && !(isPublic && context.Request.Headers.Authorization.Count == 0))
        {
            throw new FaultException(Fault.Unauthenticated, context.Request.Headers.Authorization.Count > 0 ? "Unauthorised" : "Current user is not logged in");
        }

        if (password is not null)
        {
            context.Response.Headers["X-User-Id"] = context.Instance().UserId;
        }

        return new(context, version, password);
    }

    public T Get<T>()
        where T : notnull => Http.RequestServices.GetRequiredService<T>();

    public async Task<string> FieldAsync(string name) => (await SmallForm.ReadAsync(Http))[name].ToString();
}

using System.Text.Json.Nodes;
using RemoteFiles.Access;
using RemoteFiles.Instances;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Ocs;

/// <summary>App passwords as apps handle them: fetched for a typed passphrase, replaced, given back.</summary>
internal static class OcsAppPasswords
{
    /// <summary>The passphrase opens nothing but this: an app goes on with the password it gets.</summary>
    public static async Task<JsonNode> GetAsync(OcsCall call)
    {
        var header = call.Http.Request.Headers.Authorization.ToString();
        if (BasicCredentials.Read(header) is not { } basic || !call.Instance.IsUser(basic.User))
        {
            throw new FaultException(Fault.Unauthenticated, "Current user is not logged in");
        }

        if (await call.Get<AppPasswords>().FindAsync(call.Instance.Domain, basic.Password, call.Ct) is { IsRevoked: false })
        {
            throw new FaultException(Fault.Forbidden, "You cannot request an new apppassword with an apppassword");
        }

        await DemandPassphraseAsync(call, basic.Password, Fault.Unauthenticated);
        var password = await call.Get<AppPasswords>().AddAsync(call.Instance.Domain, AppName.Of(call.Http.Request), call.Ct);
        return new JsonObject { ["apppassword"] = password };
    }

    public static async Task<JsonNode> RevokeAsync(OcsCall call)
    {
        await call.Get<AppPasswords>().RevokeAsync(call.Instance.Domain, call.Password!.Id, call.Ct);
        return new JsonArray();
    }

    public static async Task<JsonNode> RotateAsync(OcsCall call) =>
        new JsonObject { ["apppassword"] = await call.Get<AppPasswords>().RotateAsync(call.Instance.Domain, call.Password!.Id, call.Ct) };

    public static async Task<JsonNode> ConfirmAsync(OcsCall call)
    {
        await DemandPassphraseAsync(call, await call.FieldAsync("password"), Fault.Forbidden);
        return new JsonObject { ["lastLogin"] = call.Get<TimeProvider>().GetUtcNow().ToUnixTimeSeconds() };
    }

    private static async Task DemandPassphraseAsync(OcsCall call, string passphrase, Fault otherwise)
    {
        var (throttle, network) = (call.Get<LoginThrottle>(), CallerNetwork.Of(call.Http));
        await throttle.TakeAsync(Trial.OfPassphrases, call.Instance, network, call.Ct);
        if (!await call.Get<InstanceRegistry>().IsPassphraseAsync(call.Instance.Domain, passphrase, call.Ct))
        {
            AccessMetrics.Refused(Trial.OfPassphrases);
            throw new FaultException(otherwise, "Unauthorised");
        }

        await throttle.ForgiveAsync(Trial.OfPassphrases, call.Instance, network, call.Ct);
    }
}

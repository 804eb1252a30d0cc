using RemoteFiles.Access;
using Shared.Access;

namespace RemoteFiles.Login;

/// <summary>The list of apps that may sync, where their user ends what is no longer wanted: Nextcloud's apps send people there.</summary>
internal static class AppsPage
{
    public static FlowPages Of(HttpContext context) => new(context, "apps", "", async (_, words, state) =>
    {
        var apps = await Passwords(context).ListAsync(context.Instance().Domain, context.RequestAborted);
        await LoginPage.AppsAsync(context, words, apps, state);
    });

    public static Task HandleAsync(HttpContext context)
    {
        var pages = Of(context);
        return pages.HandleAsync(new Dictionary<string, PressButton>
        {
            ["revoke"] = async (_, _, form) =>
            {
                await Passwords(context).RevokeAsync(context.Instance().Domain, form["id"].ToString(), context.RequestAborted);
                pages.Again();
            },
            ["leave"] = (_, words, _) =>
            {
                pages.Forget();
                return LoginPage.WelcomeAsync(context, words);
            },
        });
    }

    private static AppPasswords Passwords(HttpContext context) => context.RequestServices.GetRequiredService<AppPasswords>();
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Operations;
using RemoteFiles.Accounts;
using RemoteFiles.Files;

namespace RemoteFiles.Nextcloud;

/// <summary>Opens the remote tree of an account; nothing is sent before it is asked something.</summary>
internal sealed class NextcloudConnector(NextcloudHttp http, IOptions<NextcloudOptions> options, TimeProvider clock, ILogger<NextcloudConnector> log)
{
    private readonly NextcloudGaps gaps = new(new(clock), new(clock), new(clock));
    private readonly SharedQuestions questions = new(clock);

    public RemoteTree Connect(Account account)
    {
        var url = account.Url;
        return new(Tree(account), Trash(account), $"{url.Scheme}://{url.Authority}{url.AbsolutePath.TrimEnd('/')}");
    }

    public IFileTree Tree(Account account) => new NextcloudTree(Line(account), account, gaps, questions, log);

    public ITrash Trash(Account account) => new NextcloudTrash(Line(account), account, Tree(account));

    private DavLine Line(Account account) => new(http, account, options.Value, clock);
}

internal static class NextcloudServices
{
    public static IServiceCollection AddNextcloud(this IServiceCollection services)
    {
        services.AddSettings<NextcloudOptions>("Nextcloud");
        NextcloudMetrics.Begin();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<NextcloudOptions>>();
            var servers = new RemoteServers(() => options.CurrentValue, provider.GetRequiredService<TimeProvider>());
            provider.GetService<IMeterFactory>()?.Create(NextcloudMetrics.MeterName).CreateObservableGauge(
                "nextcloud.origins.closed", () => servers.Closed, "{origin}", "Nextclouds that want to be left alone just now, and are.");
            return servers;
        });
        return services.AddSingleton(Network.OfThisMachine).AddSingleton<NextcloudHttp>().AddSingleton<NextcloudConnector>().AddSingleton<NextcloudProbe>()
            .AddSingleton<IRemoteUsers>(provider => provider.GetRequiredService<NextcloudProbe>()).AddSingleton<IRemoteLogins, NextcloudLogins>();
    }
}

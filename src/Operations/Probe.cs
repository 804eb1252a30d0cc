using System.Net;
using Microsoft.Extensions.Configuration;

namespace Operations;

/// <summary><c>--probe</c>: asks the service of these settings whether it is ready, for containers that hold no other program.</summary>
public static class Probe
{
    public const string Argument = "--probe";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static bool IsAsked(string[] arguments) => arguments is [Argument];

    /// <summary>The exit code: 0 when it is ready.</summary>
    public static async Task<int> AskAsync()
    {
        // Of the environment alone, as in a container; to build the whole service would cost more than the question.
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var setting = settings["Edge:Listen"] is null ? "Listen:Http" : "Edge:Listen";
        var listen = ListenAddress.Of(setting, settings[setting] ?? throw new StartException("set Listen:Http, or Edge:Listen"));
        var here = listen.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : listen.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listen.Address;
        using var http = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://{new IPEndPoint(here, listen.Port)}{Probes.Ready}"));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}

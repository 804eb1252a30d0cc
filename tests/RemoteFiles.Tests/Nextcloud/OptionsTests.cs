using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RemoteFiles.Nextcloud;

namespace RemoteFiles.Tests.Nextcloud;

public sealed class OptionsTests
{
    [Fact]
    public void Everything_is_registered_and_bound_to_its_section()
    {
        using var services = Services(("Nextcloud:AllowedPorts:0", "8443"), ("Nextcloud:IdleTimeout", "00:00:05"));

        Assert.NotNull(services.GetRequiredService<NextcloudConnector>());
        Assert.NotNull(services.GetRequiredService<NextcloudProbe>());
        var options = services.GetRequiredService<IOptions<NextcloudOptions>>().Value;
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), false), (options.IdleTimeout, options.AnswerTimeout, options.AllowPrivateNetworks));
        Assert.Equal([8443], options.AllowedPorts);
    }

    [Theory]
    [InlineData("Nextcloud:IdleTimeout")]
    [InlineData("Nextcloud:ConnectTimeout")]
    [InlineData("Nextcloud:AnswerTimeout")]
    public void A_wait_that_cannot_be_stops_the_start(string key)
    {
        using var services = Services((key, "-00:00:01"));

        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build())
        .AddLogging()
        .AddNextcloud()
        .BuildServiceProvider();
}

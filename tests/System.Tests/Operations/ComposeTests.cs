using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SystemTests.Operations;

/// <summary>docker-compose.yml and the Dockerfile against the code: no setting, port, secret or probe in them that is not there.</summary>
public sealed partial class ComposeTests
{
    internal static readonly IReadOnlyDictionary<string, string> Projects =
        new Dictionary<string, string> { ["edge"] = "Edge", ["remote-files"] = "RemoteFiles.Service", ["migration"] = "Migration.Service" };

    private readonly JsonNode file = Assert.Single(Yaml.Read("docker-compose.yml"));

    public static TheoryData<string> Ours => new(Projects.Keys);

    [Theory]
    [MemberData(nameof(Ours))]
    public void Every_setting_of_a_service_is_one_that_it_reads(string name)
    {
        var known = KnownSettings.Of(Projects[name]);
        Assert.Equal(Projects[name], (string?)Service(name)["build"]!["args"]!["SERVICE"]);
        Assert.All(Environment(name), setting => Assert.True(known.Contains(setting.Key), $"{name} does not read {setting.Key}"));
    }

    [Theory]
    [MemberData(nameof(Ours))]
    public void Every_address_is_listened_at_and_can_be_reached(string name)
    {
        foreach (var published in Yaml.Texts(Service(name)["ports"]))
        {
            Assert.Contains(published.Split(':')[^1], Ports(name));
        }

        foreach (Match peer in Environment(name).Values.SelectMany(value => Peer().Matches(value)))
        {
            var (host, port) = (peer.Groups["host"].Value, peer.Groups["port"].Value);
            Assert.NotNull(Services[host]);
            Assert.NotEmpty(Networks(name).Intersect(Networks(host)));
            Assert.True(!Projects.ContainsKey(host) || Ports(host).Contains(port), $"nobody listens at {host}:{port}");
            Assert.Contains(host, Waits(name));
        }
    }

    [Fact]
    public void Every_secret_is_a_file_that_some_setting_names_and_none_stands_in_the_file_itself()
    {
        var used = new HashSet<string>();
        foreach (var (name, service) in Services)
        {
            var own = Yaml.Texts(service!["secrets"]);
            var text = service.ToJsonString();
            Assert.All(own, secret => Assert.Contains("/run/secrets/" + secret, text, StringComparison.Ordinal));
            Assert.All(Secret().Matches(text), match => Assert.Contains(match.Groups["name"].Value, own));
            used.UnionWith(own);
        }

        Assert.Equal(used.Order(), file["secrets"]!.AsObject().Select(secret => secret.Key).Order());
        Assert.All(file["secrets"]!.AsObject(), secret => Assert.Equal($"./secrets/{secret.Key}", (string?)secret.Value!["file"]));
        Assert.All(Projects.Keys.SelectMany(Environment).Where(setting => setting.Value.StartsWith("/run/secrets/", StringComparison.Ordinal)),
            setting => Assert.EndsWith("File", setting.Key, StringComparison.Ordinal));
    }

    [Fact]
    public void Who_needs_another_waits_until_it_is_ready_and_everybody_can_be_asked()
    {
        Assert.All(Services.Where(service => service.Value!["profiles"] is null), service => Assert.NotNull(service.Value!["healthcheck"]));
        foreach (var (name, service) in Services)
        {
            Assert.All(service!["depends_on"]?.AsObject() ?? [], other =>
            {
                Assert.NotNull(Services[other.Key]);
                Assert.Equal("service_healthy", (string?)other.Value!["condition"]);
            });
        }

        Assert.Equal(["migration", "remote-files"], Waits("edge").Order());
        Assert.Equal(("2", "2"), (Replicas("remote-files"), Replicas("migration")));
    }

    [Theory]
    [MemberData(nameof(Ours))]
    public void A_service_may_do_little_and_has_limits(string name)
    {
        var service = Service(name);
        Assert.Equal("true", (string?)service["read_only"]);
        Assert.Equal(["ALL"], Yaml.Texts(service["cap_drop"]));
        Assert.Contains("no-new-privileges:true", Yaml.Texts(service["security_opt"]));
        Assert.NotNull(service["deploy"]!["resources"]!["limits"]!["memory"]);
        Assert.Null(service["privileged"]);
        Assert.Equal(["CMD", "/app/service", "--probe"], Yaml.Texts(service["healthcheck"]!["test"]));
        Assert.DoesNotContain(Yaml.Texts(service["ports"]), port => port.EndsWith(":9464", StringComparison.Ordinal));
    }

    [Fact]
    public void The_operators_commands_have_the_places_of_the_services_and_are_not_started_with_them()
    {
        var tool = Service("bridge");
        Assert.Equal(["tools"], Yaml.Texts(tool["profiles"]));
        Assert.Equal("Bridge", (string?)tool["build"]!["args"]!["SERVICE"]);
        Assert.Contains("exec /app/service \"$$@\"", Yaml.Texts(tool["entrypoint"])[2], StringComparison.Ordinal);
        foreach (var (section, service) in new[] { ("RemoteFiles", "remote-files"), ("Migration", "migration") })
        {
            var told = Environment("bridge").Where(setting => setting.Key.StartsWith(section + "__", StringComparison.Ordinal)).ToDictionary(setting => setting.Key[(section.Length + 2)..], setting => setting.Value);
            var own = Environment(service).Where(setting => setting.Key.StartsWith("Storage__P", StringComparison.Ordinal) || setting.Key.StartsWith("Blobs__", StringComparison.Ordinal));
            Assert.All(own, setting => Assert.Equal(setting.Value, told[setting.Key]));
        }

        Assert.Equal(Environment("remote-files")["Storage__Directory"], Environment("bridge")["RemoteFiles__Storage__Directory"]);
        Assert.Equal(Yaml.Texts(Service("remote-files")["volumes"]), Yaml.Texts(tool["volumes"]));
        Assert.All(Environment("bridge").Values.SelectMany(value => Peer().Matches(value)), peer => Assert.NotEmpty(Networks("bridge").Intersect(Networks(peer.Groups["host"].Value))));
    }

    [Fact]
    public void Only_the_edge_is_public_and_the_operators_port_is_on_this_machine_alone()
    {
        var published = Services.SelectMany(service => Yaml.Texts(service.Value!["ports"]).Select(port => (service.Key, port)));
        Assert.All(published, port => Assert.True(port.Key == "edge" || port.port.StartsWith("127.0.0.1:", StringComparison.Ordinal)));
        Assert.Equal("true", (string?)file["networks"]!["inside"]!["internal"]);
        Assert.All(Services.Where(service => service.Key is not ("edge" or "remote-files")), service => Assert.Equal(["inside"], Networks(service.Key)));
    }

    [Fact]
    public void The_image_runs_as_nobody_special_with_a_program_and_a_probe_that_are_there()
    {
        var image = File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile"));
        Assert.Contains("\nUSER $APP_UID\n", image, StringComparison.Ordinal);
        Assert.Contains("mv \"/app/$SERVICE\" /app/service", image, StringComparison.Ordinal);
        Assert.Contains("\nENTRYPOINT [\"/app/service\"]\n", image, StringComparison.Ordinal);
        Assert.Contains("CMD [\"/app/service\", \"" + global::Operations.Probe.Argument + "\"]", image, StringComparison.Ordinal);

        // Without ICU two forms of a name would never be one.
        Assert.Contains("apk add --no-cache icu-libs\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false", image, StringComparison.Ordinal);
        Assert.All(Projects.Values, project => Assert.True(Directory.Exists(Path.Combine(Repository.Root, "src", project))));
    }

    private JsonObject Services => file["services"]!.AsObject();

    private JsonNode Service(string name) => Services[name]!;

    private Dictionary<string, string> Environment(string name) =>
        Service(name)["environment"]!.AsObject().ToDictionary(setting => setting.Key, setting => (string)setting.Value!);

    private IEnumerable<string> Ports(string name) => Environment(name)
        .Where(setting => setting.Key == "Edge__Listen" || setting.Key.StartsWith("Listen__", StringComparison.Ordinal))
        .Select(setting => setting.Value.Split(':')[^1]);

    private IEnumerable<string> Waits(string name) => Service(name)["depends_on"]!.AsObject().Select(other => other.Key);

    private IReadOnlyList<string> Networks(string name) => Yaml.Texts(Service(name)["networks"]);

    private string? Replicas(string name) => (string?)Service(name)["deploy"]!["replicas"];

    [GeneratedRegex(@"(?:http|amqp)://(?:\w+@)?(?<host>[\w-]+):(?<port>\d+)|Host=(?<host>[\w-]+)")]
    private static partial Regex Peer();

    [GeneratedRegex(@"/run/secrets/(?<name>\w+)")]
    private static partial Regex Secret();
}

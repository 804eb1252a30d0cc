using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using global::Operations;

namespace SystemTests.Operations;

/// <summary>The manifests below deploy/kubernetes against the code and against each other.</summary>
public sealed class KubernetesTests
{
    private static readonly string[] Folder = ["deploy", "kubernetes"];

    private readonly JsonNode kustomization = Assert.Single(Yaml.Read([.. Folder, "kustomization.yaml"]));
    private readonly List<JsonNode> all;

    public KubernetesTests() => all = [.. Yaml.Texts(kustomization["resources"]).SelectMany(resource => Yaml.Read([.. Folder, resource]))];

    public static TheoryData<string> Ours => new(ComposeTests.Projects.Keys);

    [Theory]
    [MemberData(nameof(Ours))]
    public void Every_setting_is_read_and_every_port_is_listened_at(string name)
    {
        var container = Container(name);
        var known = KnownSettings.Of(ComposeTests.Projects[name]);
        var settings = container["env"]!.AsArray().ToDictionary(setting => (string)setting!["name"]!, setting => (string)setting!["value"]!);
        var shared = container["envFrom"] is null ? [] : File.ReadAllLines(Path.Combine([Repository.Root, .. Folder, "settings.env"])).Select(line => line.Split('=')[0]);
        Assert.All(settings.Keys.Concat(name == "migration" ? shared.Where(setting => !setting.StartsWith("Blobs__", StringComparison.Ordinal)) : shared),
            setting => Assert.True(known.Contains(setting), $"{name} does not read {setting}"));

        var listens = settings.Where(setting => setting.Key == "Edge__Listen" || setting.Key.StartsWith("Listen__", StringComparison.Ordinal)).Select(setting => setting.Value.Split(':')[^1]);
        Assert.Equal(listens.Order(), container["ports"]!.AsArray().Select(port => (string)port!["containerPort"]!).Order());
        foreach (Match peer in settings.Values.SelectMany(value => Regex.Matches(value, @"http://([\w-]+):(\d+)")))
        {
            var service = Assert.Single(all, one => (string?)one["kind"] == "Service" && (string?)one["metadata"]!["name"] == peer.Groups[1].Value);
            Assert.Contains(service["spec"]!["ports"]!.AsArray(), port => (string?)port!["port"] == peer.Groups[2].Value);
        }
    }

    [Theory]
    [MemberData(nameof(Ours))]
    public void Startup_live_and_ready_are_three_probes(string name)
    {
        var container = Container(name);
        Assert.Equal(
            [Probes.Startup, Probes.Live, Probes.Ready],
            new[] { "startupProbe", "livenessProbe", "readinessProbe" }.Select(probe => (string)container[probe]!["httpGet"]!["path"]!));
        Assert.All(new[] { "startupProbe", "livenessProbe", "readinessProbe" }, probe => Assert.Equal("http", (string?)container[probe]!["httpGet"]!["port"]));
    }

    [Theory]
    [MemberData(nameof(Ours))]
    public void A_pod_may_do_little(string name)
    {
        var pod = Deployment(name)["spec"]!["template"]!["spec"]!;
        var context = Container(name)["securityContext"]!;
        Assert.Equal(("true", "RuntimeDefault"), ((string?)pod["securityContext"]!["runAsNonRoot"], (string?)pod["securityContext"]!["seccompProfile"]!["type"]));
        Assert.Equal("false", (string?)pod["automountServiceAccountToken"]);
        Assert.Equal(("false", "true"), ((string?)context["allowPrivilegeEscalation"], (string?)context["readOnlyRootFilesystem"]));
        Assert.Equal(["ALL"], Yaml.Texts(context["capabilities"]!["drop"]));
        Assert.NotNull(Container(name)["resources"]!["limits"]!["memory"]);
        Assert.Contains(Container(name)["volumeMounts"]!.AsArray(), mount => (string?)mount!["mountPath"] == "/tmp");
    }

    [Fact]
    public void Every_secret_is_mounted_where_a_setting_names_it()
    {
        var files = Yaml.Texts(Assert.Single(kustomization["secretGenerator"]!.AsArray())!["files"]).Select(file => file.Split('/')[^1]).ToHashSet();
        foreach (var name in ComposeTests.Projects.Keys)
        {
            var mounted = Deployment(name)["spec"]!["template"]!["spec"]!["volumes"]!.AsArray()
                .Where(volume => volume!["secret"] is not null)
                .SelectMany(volume => volume!["secret"]!["items"]!.AsArray()).Select(item => (string)item!["key"]!).ToList();
            var named = Container(name)["env"]!.AsArray().Select(setting => (string)setting!["value"]!)
                .Where(value => value.StartsWith("/run/secrets/", StringComparison.Ordinal)).Select(value => value.Split('/')[^1]);
            Assert.Equal(named.Order(), mounted.Order());
            Assert.All(mounted, secret => Assert.Contains(secret, files));
        }
    }

    [Fact]
    public void Whatever_selects_pods_selects_some_and_every_port_that_is_named_is_theirs()
    {
        foreach (var one in all)
        {
            var (kind, spec) = ((string)one["kind"]!, one["spec"]);
            var label = kind switch
            {
                "Service" => (string?)spec!["selector"]!["app"],
                "PodDisruptionBudget" or "Deployment" => (string?)spec!["selector"]!["matchLabels"]!["app"],
                "NetworkPolicy" => (string?)spec!["podSelector"]!["matchLabels"]?["app"],
                _ => null,
            };
            if (label is null)
            {
                continue;
            }

            var ports = Container(label)["ports"]!.AsArray().Select(port => (string)port!["name"]!).ToList();
            var named = kind == "Service" ? spec!["ports"]!.AsArray().Select(port => (string)port!["targetPort"]!)
                : kind == "NetworkPolicy" ? spec!["ingress"]!.AsArray().SelectMany(rule => rule!["ports"]!.AsArray()).Select(port => (string)port!["port"]!)
                : [];
            Assert.All(named, port => Assert.Contains(port, ports));
        }

        Assert.All(ComposeTests.Projects.Keys, name => Assert.Contains(all, one => (string?)one["kind"] == "PodDisruptionBudget" && (string?)one["metadata"]!["name"] == name));
        Assert.DoesNotContain(all.Where(one => (string?)one["kind"] == "NetworkPolicy"), policy => policy.ToJsonString().Contains("\"admin\"", StringComparison.Ordinal));
    }

    private JsonNode Deployment(string name) => Assert.Single(all, one => (string?)one["kind"] == "Deployment" && (string?)one["metadata"]!["name"] == name);

    private JsonNode Container(string name) => Assert.Single(Deployment(name)["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!;
}

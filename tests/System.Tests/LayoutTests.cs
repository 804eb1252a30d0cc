using System.Text.RegularExpressions;

namespace SystemTests;

/// <summary>Holds the arrows of docs/architecture.md against the code: which room names which, and how long a file may be.</summary>
public sealed partial class LayoutTests
{
    private const int MostLines = 300;

    private static readonly string[] Doors = ["Rpc", "Content", "Dav", "Ocs", "Login", "Connect", "Admin", "Realtime"];

    // Room → the rooms it may name. Shared, protos and packages are open to all; files at a service's top compose, and name everything.
    private static readonly Dictionary<string, string[]> RemoteFiles = new()
    {
        ["Files"] = [],
        ["Documents"] = ["Accounts"],
        ["Http"] = ["Files"],
        ["JsonApi"] = ["Files"],
        ["Access"] = ["Files"],
        ["Accounts"] = ["Files"],
        ["Instances"] = ["Files"],
        ["Nextcloud"] = ["Files", "Accounts"],
        ["Drive"] = ["Files", "Accounts"],
    };

    private static readonly Dictionary<string, string[]> Migration = new()
    {
        ["Migrations"] = [],
        ["Tracking"] = ["Migrations"],
        ["RemoteFiles"] = ["Migrations"],
        ["Queue"] = ["Migrations"],
        ["Rpc"] = ["Migrations"],
        ["Documents"] = ["Migrations"],
        ["Content"] = ["Migrations"],
    };

    static LayoutTests()
    {
        foreach (var door in Doors)
        {
            RemoteFiles[door] = ["Files", "Access", "Accounts", "Instances", "Documents", "JsonApi", "Http"];
        }
    }

    [Theory]
    [InlineData("RemoteFiles.Service", "RemoteFiles")]
    [InlineData("Migration.Service", "Migration")]
    public void A_room_names_only_the_rooms_it_may(string project, string root)
    {
        var rooms = project.StartsWith("Remote", StringComparison.Ordinal) ? RemoteFiles : Migration;
        var folder = Path.Combine(Repository.Root, "src", project);
        var broken = new List<string>();
        var files = 0;
        foreach (var file in SourcesOf(folder).Where(file => Path.GetDirectoryName(file) != folder))
        {
            files++;
            var room = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0];
            Assert.True(rooms.ContainsKey(room), $"{room} is a new room: give it a row here and in docs/architecture.md");
            broken.AddRange(NamesIn(file, root)
                .Where(named => named != room && rooms.ContainsKey(named) && !rooms[room].Contains(named))
                .Select(named => $"{room} names {named}: {Path.GetRelativePath(Repository.Root, file)}"));
        }

        Assert.Empty(broken);
        Assert.True(files > 10, "the rooms were not found");
    }

    [Theory]
    [InlineData("Rpc", "RemoteFiles|Migration|Shared|Edge|Bridge|Protos")]
    [InlineData("Operations", "Rpc|RemoteFiles|Migration|Shared|Edge|Bridge|Protos")]
    [InlineData("Shared", "RemoteFiles|Migration|Edge|Bridge|Protos")]
    [InlineData("Edge", "RemoteFiles|Migration|Shared|Bridge|Protos")]
    public void A_foundation_names_nothing_that_stands_on_it(string project, string forbidden)
    {
        var files = SourcesOf(Path.Combine(Repository.Root, "src", project)).ToList();
        var broken = files.Where(file => Regex.IsMatch(File.ReadAllText(file), $@"^using ({forbidden})\b", RegexOptions.Multiline));
        Assert.NotEmpty(files);
        Assert.Empty(broken);
    }

    [Fact]
    public void No_file_is_longer_than_three_hundred_lines()
    {
        var files = SourcesOf(Path.Combine(Repository.Root, "src")).ToList();
        Assert.NotEmpty(files);
        var tooLong = files.Where(file => File.ReadLines(file).Count() > MostLines).Select(file => Path.GetRelativePath(Repository.Root, file)).ToList();
        Assert.Empty(tooLong);
    }

    private static IEnumerable<string> SourcesOf(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<string> NamesIn(string file, string root) =>
        Named().Matches(File.ReadAllText(file)).Where(match => match.Groups["root"].Value == root).Select(match => match.Groups["room"].Value).Distinct();

    [GeneratedRegex(@"(?<![\w.""/])(?<root>RemoteFiles|Migration)\.(?<room>[A-Z]\w*)")]
    private static partial Regex Named();
}

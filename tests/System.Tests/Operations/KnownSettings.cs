using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using global::Operations;

namespace SystemTests.Operations;

/// <summary>The settings that a service reads: the properties of its options, by the sections they are bound to, and what it asks by name.</summary>
internal sealed partial class KnownSettings
{
    private readonly HashSet<string> names;
    private readonly HashSet<string> lists = [];

    private KnownSettings(IEnumerable<string> names) => this.names = [.. names];

    /// <param name="project">Of the service, below src.</param>
    public static KnownSettings Of(string project)
    {
        string[] folders = project == "Edge" ? [project, "Operations"] : [project, "Shared", "Operations"];
        var code = string.Join('\n', folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", folder), "*.cs", SearchOption.AllDirectories))
            .Select(File.ReadAllText));
        var known = new KnownSettings(Asked().Matches(code).Select(match => match.Groups["name"].Value)
            .Concat(SecretFiles.Names).Concat(SecretFiles.Names.Select(name => name + "File")));
        foreach (Match bound in Bound().Matches(code).Concat(Got().Matches(code)))
        {
            var type = TypeOf(project, bound.Groups["type"].Value);
            known.Add(bound.Groups["section"] is { Success: true } section ? section.Value : (string)type.GetField("Section")!.GetRawConstantValue()!, type);
        }

        Assert.True(known.names.Count > 5, $"the settings of {project} were not found");
        return known;
    }

    /// <summary>Is it read? As an environment variable is written.</summary>
    public bool Contains(string variable)
    {
        var name = variable.Replace("__", ":", StringComparison.Ordinal);
        return names.Contains(name) || lists.Any(list => Regex.IsMatch(name, $"^{Regex.Escape(list)}:[0-9]+$"));
    }

    private void Add(string section, Type type)
    {
        foreach (var property in type.GetProperties())
        {
            var isList = property.PropertyType != typeof(string) && typeof(IEnumerable).IsAssignableFrom(property.PropertyType);
            (isList ? lists : names).Add($"{section}:{property.Name}");
        }
    }

    private static Type TypeOf(string project, string name) =>
        new[] { project, "Operations" }.SelectMany(assembly => Assembly.Load(assembly).GetTypes()).First(type => type.Name == name);

    [GeneratedRegex(@"(AddSettings<(?<type>\w+)>|AddOptions<(?<type>\w+)>\(\)\.BindConfiguration)\((""(?<section>[\w:]+)""|\k<type>\.Section)\)")]
    private static partial Regex Bound();

    [GeneratedRegex(@"GetSection\(""(?<section>[\w:]+)""\)\.Get<(?<type>\w+)>")]
    private static partial Regex Got();

    [GeneratedRegex(@"onfiguration(\.GetValue<\w+>\(|\[)""(?<name>[A-Z][\w:]+)""[\])]")]
    private static partial Regex Asked();
}

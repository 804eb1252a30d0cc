using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;

namespace Rpc.OpenApi;

/// <summary>
/// What the .proto files say about their services, methods, messages and fields. Descriptors have no comments, so the files
/// themselves are embedded (as "protos/NAME") in the assembly that was compiled from them.
/// </summary>
internal static partial class ProtoComments
{
    private static readonly ConcurrentDictionary<FileDescriptor, IReadOnlyDictionary<string, string>> Files = new();

    /// <summary>The comment above a declaration; empty when it has none.</summary>
    public static string Of(IDescriptor declared, Type compiled) =>
        Files.GetOrAdd(declared.File, file => Read(file, compiled)).GetValueOrDefault(declared.FullName, "");

    private static Dictionary<string, string> Read(FileDescriptor file, Type compiled)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        using var stream = compiled.Assembly.GetManifestResourceStream("protos/" + file.Name);
        if (stream is null)
        {
            return found;
        }

        var scopes = new Stack<string>();
        scopes.Push(file.Package);
        var comment = new List<string>();
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            line = line.Trim();
            if (line.StartsWith("//", StringComparison.Ordinal))
            {
                comment.Add(line[2..].Trim());
                continue;
            }

            var code = NotCode().Replace(line, "");
            var name = Declaration().Match(code) is { Success: true } declaration ? $"{scopes.Peek()}.{declaration.Groups["name"].Value}" : null;
            if (name is not null && comment.Count > 0)
            {
                found[name] = string.Join(' ', comment);
            }

            comment.Clear();
            foreach (var brace in code)
            {
                if (brace == '{')
                {
                    // Options and oneofs open a block, but no name.
                    scopes.Push(name ?? scopes.Peek());
                }
                else if (brace == '}')
                {
                    scopes.Pop();
                }
            }
        }

        return found;
    }

    [GeneratedRegex("\"[^\"]*\"|//.*$")]
    private static partial Regex NotCode();

    [GeneratedRegex(@"^(?:(?:service|message|enum|rpc)\s+(?<name>\w+)|(?!option\b|oneof\b|reserved\b)[\w.<>, ]+\s(?<name>\w+)\s*=\s*\d+)")]
    private static partial Regex Declaration();
}

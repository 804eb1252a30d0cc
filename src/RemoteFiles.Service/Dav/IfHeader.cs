using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>The If header (RFC 4918 section 10.4): lists of conditions, each about the request's resource or one that is named before it.</summary>
internal sealed class IfHeader
{
    private const int MostConditions = 200;
    private readonly List<IfList> lists = [];

    /// <summary>Every lock token that the sender shows, whatever becomes of the conditions.</summary>
    public HashSet<string> Tokens { get; } = [];

    public bool IsEmpty => lists.Count == 0;

    public static IfHeader Parse(string text)
    {
        var header = new IfHeader();
        string? resource = null;
        var conditions = 0;
        for (var rest = text.AsSpan().Trim(); !rest.IsEmpty; rest = rest.TrimStart())
        {
            if (rest[0] == '<')
            {
                resource = Take(ref rest, '<', '>');
                continue;
            }

            var list = Take(ref rest, '(', ')').AsSpan().Trim();
            var read = new IfList(resource, []);
            header.lists.Add(read);
            while (!list.IsEmpty)
            {
                var isNot = list.StartsWith("Not", StringComparison.OrdinalIgnoreCase);
                list = (isNot ? list[3..] : list).TrimStart();
                var isToken = !list.IsEmpty && list[0] == '<';
                var value = isToken ? Take(ref list, '<', '>') : Take(ref list, '[', ']');
                read.Conditions.Add(new(isNot, isToken, value));
                if (isToken && !isNot)
                {
                    header.Tokens.Add(value);
                }

                list = list.TrimStart();
                if (++conditions > MostConditions)
                {
                    throw Malformed();
                }
            }

            if (read.Conditions.Count == 0)
            {
                throw Malformed();
            }
        }

        return header;
    }

    /// <summary>One list that holds is enough.</summary>
    /// <param name="view">The drive at this moment.</param>
    /// <param name="own">The request's resource.</param>
    /// <param name="fileOf">The path of a named resource; null for one that is not in these files.</param>
    public async Task<bool> HoldsAsync(DriveView view, FilePath own, Func<string, FilePath?> fileOf)
    {
        foreach (var list in lists)
        {
            if (await HoldsAsync(list, view, list.Resource is null ? own : fileOf(list.Resource)))
            {
                return true;
            }
        }

        return IsEmpty;
    }

    private static async Task<bool> HoldsAsync(IfList list, DriveView view, FilePath? path)
    {
        var etag = path is null ? null : (await view.StatAsync(path))?.ETag;
        var locks = path is null ? [] : await view.LocksOnAsync(path);
        return list.Conditions.TrueForAll(condition =>
            (condition.IsToken ? locks.Any(held => held.Token == condition.Value) : etag == condition.Value) != condition.IsNot);
    }

    private static string Take(ref ReadOnlySpan<char> text, char open, char close)
    {
        // An ETag may hold a ')' or a ']', and ends with its quote.
        var quoted = false;
        for (var i = 0; i < text.Length && text[0] == open; i++)
        {
            quoted ^= text[i] == '"';
            if (text[i] == close && !quoted)
            {
                var taken = text[1..i].ToString();
                text = text[(i + 1)..];
                return taken;
            }
        }

        throw Malformed();
    }

    private static FaultException Malformed() => new(Fault.Malformed, "The If header cannot be understood");

    private sealed record IfList(string? Resource, List<Condition> Conditions);

    private sealed record Condition(bool IsNot, bool IsToken, string Value);
}

using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>
/// Random operations against a model of tree, ETags and sizes. BRIDGE_DAV_OPERATIONS makes it longer, BRIDGE_DAV_SEED repeats a run.
/// </summary>
public sealed class DavModelTests(DavFixture fixture, ITestOutputHelper output) : DavTest(fixture)
{
    private static readonly string[] Names = ["a", "b", "c d", "é"];
    private readonly SortedDictionary<string, string?> model = new(StringComparer.Ordinal) { [""] = null };

    [Fact]
    public async Task Any_order_of_operations_ends_in_the_tree_and_sizes_of_the_model_and_a_changed_tree_has_another_etag()
    {
        var operations = int.Parse(Environment.GetEnvironmentVariable("BRIDGE_DAV_OPERATIONS") ?? "300");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BRIDGE_DAV_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"BRIDGE_DAV_SEED={seed}");
        var random = new Random(seed);
        var before = await SeenAsync();
        for (var i = 0; i < operations; i++)
        {
            var old = model.ToDictionary();
            var (told, expected, did) = await StepAsync(random, i);
            Assert.True(expected.Contains(told), $"seed {seed}, operation {i}: {did} answered {told}, not {string.Join(" or ", expected)}");
            var seen = await SeenAsync();
            Assert.True(seen.Keys.SequenceEqual(model.Keys), $"seed {seed}, operation {i}: {did} left {string.Join(' ', seen.Keys)}, not {string.Join(' ', model.Keys)}");
            foreach (var (path, (etag, size, isFolder)) in seen)
            {
                var where = $"seed {seed}, operation {i}: {did}, at {Folder}{path}";
                Assert.True((size, isFolder) == (SizeOf(path), model[path] is null), where + $" has {size} bytes");
                if (before.TryGetValue(path, out var other) && Same(old, path) && model[path] is null == other.IsFolder)
                {
                    // The same subtree, untouched by this operation: the ETag stays, or every device lists or loads it again.
                    Assert.True(etag == other.ETag || Touched(did, path), where + " has another ETag for no reason");
                }
                else if (before.TryGetValue(path, out other))
                {
                    Assert.True(etag != other.ETag, where + " was changed and has the same ETag");
                }
            }

            before = seen;
        }
    }

    // A PUT of the same bytes, and what was replaced by an equal, are changes too.
    private static bool Touched(string did, string path)
    {
        var here = Spaceless(path);
        return did.Split(' ')[1..].Any(part => part == here || here.Length == 0
            || part.StartsWith(here + "/", StringComparison.Ordinal) || here.StartsWith(part + "/", StringComparison.Ordinal));
    }

    private bool Same(Dictionary<string, string?> old, string path) => Below(old, path).SequenceEqual(Below(model, path));

    private static IEnumerable<KeyValuePair<string, string?>> Below(IEnumerable<KeyValuePair<string, string?>> tree, string path) =>
        tree.Where(pair => pair.Key == path || pair.Key.StartsWith(path + "/", StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal);

    private long SizeOf(string path) => Below(model, path).Sum(pair => pair.Value?.Length ?? 0);

    private async Task<(int Told, int[] Expected, string Did)> StepAsync(Random random, int i)
    {
        var (path, other) = (AnyPath(random), AnyPath(random));
        switch (random.Next(6))
        {
            case 0 or 1:
                var text = new string('x', random.Next(1, 20));
                var put = await PutAsync(At(path), text);
                var expected = model.TryGetValue(path, out var there) ? there is null ? 409 : 204 : ParentIsThere(path) ? 201 : 409;
                Apply(expected < 300, () => model[path] = text);
                return (put.Status, [expected], $"PUT {Spaceless(path)}");
            case 2:
                var made = await AskAsync("MKCOL", At(path));
                var may = model.ContainsKey(path) ? 405 : ParentIsThere(path) ? 201 : 409;
                Apply(may == 201, () => model[path] = null);
                return (made.Status, [may], $"MKCOL {Spaceless(path)}");
            case 3 when path.Length > 0 && i % 2 == 0:
                var deleted = await AskAsync("DELETE", At(path));
                var found = model.ContainsKey(path);
                Apply(found, () => Remove(path));
                return (deleted.Status, [found ? 204 : 404], $"DELETE {Spaceless(path)}");
            default:
                var (method, overwrite) = (random.Next(2) == 0 ? "MOVE" : "COPY", random.Next(2) == 0);
                var placed = await MoveAsync(method, At(path), At(other), ("Overwrite", overwrite ? "T" : "F"));
                var answer = Placed(path, other, overwrite);
                Apply(answer < 300, () => Place(path, other, method == "MOVE"));
                return (placed.Status, [answer], $"{method} {Spaceless(path)} {Spaceless(other)}");
        }
    }

    private int Placed(string from, string to, bool overwrite) =>
        !model.ContainsKey(from) ? 404
        : from == to ? 403
        : to.StartsWith(from + "/", StringComparison.Ordinal) || from.StartsWith(to + "/", StringComparison.Ordinal) ? 409
        : model.ContainsKey(to) ? overwrite ? 204 : 412
        : ParentIsThere(to) ? 201 : 409;

    private void Place(string from, string to, bool isMove)
    {
        var subtree = Below(model, from).ToList();
        Remove(to);
        if (isMove)
        {
            Remove(from);
        }

        subtree.ForEach(pair => model[to + pair.Key[from.Length..]] = pair.Value);
    }

    private void Remove(string path) => Below(model, path).ToList().ForEach(pair => model.Remove(pair.Key));

    private bool ParentIsThere(string path) => model.TryGetValue(path[..path.LastIndexOf('/')], out var parent) && parent is null;

    private static void Apply(bool happens, Action change)
    {
        if (happens)
        {
            change();
        }
    }

    private static string AnyPath(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => "/" + Names[random.Next(Names.Length)]));

    private static string Spaceless(string path) => path.Replace(' ', '_');

    private string At(string path) => Folder + string.Concat(path.Split('/').Skip(1).Select(name => "/" + Uri.EscapeDataString(name)));

    private async Task<SortedDictionary<string, (string ETag, long Size, bool IsFolder)>> SeenAsync()
    {
        var seen = new SortedDictionary<string, (string, long, bool)>(StringComparer.Ordinal);
        foreach (var (href, known) in await ListAsync(Folder, "<d:getetag/><oc:size/><d:resourcetype/>", "infinity"))
        {
            seen[Uri.UnescapeDataString(href.TrimEnd('/'))[(Files + Folder).Length..]] =
                (known.Element(D + "getetag")!.Value, long.Parse(known.Element(Oc + "size")!.Value), known.Element(D + "resourcetype")!.HasElements);
        }

        return seen;
    }
}

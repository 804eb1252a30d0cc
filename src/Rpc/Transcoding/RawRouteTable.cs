using Microsoft.AspNetCore.Http;

namespace Rpc.Transcoding;

/// <summary>
/// Finds the route of a path. Segment by segment a literal goes before a variable and that before **; a route for another method
/// does not hide a less specific one for this method.
/// </summary>
internal sealed class RawRouteTable
{
    private readonly Node root = new();

    public RawRouteTable(IEnumerable<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<RawRoute>() is { } route)
            {
                Add(new(route, endpoint, endpoint.Metadata.GetOrderedMetadata<QueryCondition>()));
            }
        }
    }

    /// <summary>The best route, or the methods that the path has instead, or neither.</summary>
    public RawMatch Find(HttpRequest request, string[] segments)
    {
        var search = new Search(request, segments);
        var found = search.Descend(root, 0);
        return found is null ? new(null, null, search.Allowed) : new(found.Endpoint, found.Route, []);
    }

    private void Add(Candidate candidate)
    {
        var node = root;
        foreach (var segment in candidate.Route.Template.Segments)
        {
            node = segment.Kind switch
            {
                RawTemplate.SegmentKind.Literal => node.Literals.TryGetValue(segment.Text, out var child) ? child : node.Literals[segment.Text] = new(),
                RawTemplate.SegmentKind.Variable => node.Variable ??= new(),
                _ => node.Rest ??= new(),
            };
        }

        var ends = candidate.Route.Template.Verb is { } verb
            ? node.Verbs.TryGetValue(verb, out var list) ? list : node.Verbs[verb] = []
            : node.Ends;
        if (ends.Find(candidate.IsSameAs) is { } other)
        {
            throw new InvalidOperationException($"The routes {other.Route} and {candidate.Route} take the same requests.");
        }

        ends.Add(candidate);
    }

    private sealed class Node
    {
        public Dictionary<string, Node> Literals { get; } = new(StringComparer.Ordinal);

        public Node? Variable { get; set; }

        public Node? Rest { get; set; }

        public List<Candidate> Ends { get; } = [];

        /// <summary>Routes that end here with a :verb.</summary>
        public Dictionary<string, List<Candidate>> Verbs { get; } = new(StringComparer.Ordinal);
    }

    private sealed record Candidate(RawRoute Route, Endpoint Endpoint, IReadOnlyList<QueryCondition> Conditions)
    {
        public bool IsSameAs(Candidate other) =>
            Route.Method == other.Route.Method && Conditions.Count == other.Conditions.Count && Conditions.All(other.Conditions.Contains);

        /// <summary>Higher is better: query conditions first, then the method itself over GET for HEAD over any.</summary>
        public int Rank(string method) => (Conditions.Count * 3) + (Route.Method == method ? 2 : Route.Method == RawRoute.AnyMethod ? 0 : 1);

        public bool Takes(string method) =>
            Route.Method == method || Route.Method == RawRoute.AnyMethod || (HttpMethods.IsHead(method) && HttpMethods.IsGet(Route.Method));
    }

    private sealed class Search(HttpRequest request, string[] segments)
    {
        private readonly List<string> allowed = [];

        public IReadOnlyList<string> Allowed => [.. allowed.Distinct().Order(StringComparer.Ordinal)];

        public Candidate? Descend(Node node, int index)
        {
            if (index == segments.Length)
            {
                return Pick(node.Ends);
            }

            var segment = segments[index];
            var isLast = index == segments.Length - 1;
            if (node.Literals.Count > 0
                && RawTarget.TryDecode(segment, out var literal)
                && node.Literals.TryGetValue(literal, out var next)
                && Descend(next, index + 1) is { } exact)
            {
                return exact;
            }

            if (node.Variable is { } variable
                && (segment.Length > 0 || isLast)
                && ((isLast ? PickVerb(variable) : null) ?? Descend(variable, index + 1)) is { } one)
            {
                return one;
            }

            return node.Rest is { } rest ? PickVerb(rest) ?? Pick(rest.Ends) : null;
        }

        private Candidate? PickVerb(Node node) =>
            node.Verbs.Count > 0
            && segments[^1].LastIndexOf(':') is >= 0 and var colon
            && node.Verbs.TryGetValue(segments[^1][(colon + 1)..], out var ends)
                ? Pick(ends)
                : null;

        private Candidate? Pick(List<Candidate> ends)
        {
            Candidate? best = null;
            foreach (var candidate in ends)
            {
                if (candidate.Conditions.Count > 0 && !candidate.Conditions.All(condition => condition.Holds(request.QueryString)))
                {
                    continue;
                }

                if (!candidate.Takes(request.Method))
                {
                    allowed.Add(candidate.Route.Method);
                }
                else if (best is null || candidate.Rank(request.Method) > best.Rank(request.Method))
                {
                    best = candidate;
                }
            }

            return best;
        }
    }
}

internal readonly record struct RawMatch(Endpoint? Endpoint, RawRoute? Route, IReadOnlyList<string> Allowed);

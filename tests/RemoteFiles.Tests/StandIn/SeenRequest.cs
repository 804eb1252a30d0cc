namespace StandIn;

/// <summary>A request as it came. <paramref name="Target"/> is the raw request target, <paramref name="Names"/> its path, each segment decoded once.</summary>
internal sealed record SeenRequest(string Method, string Target, string[] Names, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The last segment, decoded; empty for the root.</summary>
    public string Name => Names.Length == 0 ? "" : Names[^1];

    /// <summary>True for this method on a path that ends with this name.</summary>
    public bool Is(string method, string name) => Method == method && Name == name;
}

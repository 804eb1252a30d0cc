namespace SystemTests;

/// <summary>Where the sources are: the folder that holds Microservices.sln.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string? folder) =>
        folder is null ? throw new InvalidOperationException("Microservices.sln is not above the tests")
        : File.Exists(Path.Combine(folder, "Microservices.sln")) ? folder
        : Find(Path.GetDirectoryName(folder));
}

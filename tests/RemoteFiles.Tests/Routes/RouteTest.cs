using System.Security.Cryptography;

namespace RemoteFiles.Tests.Routes;

/// <summary>A test of the routes: it works in a folder of its own, and leaves nothing behind.</summary>
public abstract class RouteTest(RouteFixture fixture) : IAsyncLifetime
{
    /// <summary>A time that is not now: Tue, 01 Jan 2019 00:00:00 GMT.</summary>
    internal static readonly DateTimeOffset LongAgo = DateTimeOffset.FromUnixTimeSeconds(1546300800);

    internal RouteFixture Fixture { get; } = fixture;

    internal TestNextcloud Nextcloud => Fixture.Nextcloud;

    internal RestClient Cozy => Fixture.Cozy;

    /// <summary>Its path on the Nextcloud, of plain letters.</summary>
    internal string Folder { get; } = "/route-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    public async ValueTask InitializeAsync() => await Nextcloud.MakeFolderAsync(Folder);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Nextcloud.CleanAsync(Folder);
    }

    /// <summary>The target of a path in this test's folder; a verb such as <c>move</c> goes before the path.</summary>
    internal string Target(string path, string verb = "") => Remote(Folder + path, verb);

    /// <summary>The target of any path of the account.</summary>
    internal string Remote(string path, string verb = "") =>
        $"/remote/nextcloud/{Fixture.Account}{(verb.Length > 0 ? "/" + verb : "")}{Targets.Encode(path)}";

    /// <summary>A new directory in the root of the drive.</summary>
    internal async Task<string> MakeDirectoryAsync(string? name = null)
    {
        var answer = await Cozy.PostAsync($"/files/io.cozy.files.root-dir?Type=directory&Name={Uri.EscapeDataString(name ?? Folder[1..])}");
        Expect.Status(201, answer);
        return Ids.Of(answer);
    }

    internal async Task<string> UploadAsync(string directory, string name, string text, string query = "")
    {
        var answer = await Cozy.PostAsync($"/files/{directory}?Type=file&Name={Uri.EscapeDataString(name)}{query}", RestClient.Body(text));
        Expect.Status(201, answer);
        return Ids.Of(answer);
    }

    /// <summary>The names of a directory's children, in the order they come.</summary>
    internal async Task<IReadOnlyList<string>> DriveNamesAsync(string directory) =>
        Ids.NamesIn(await Cozy.GetAsync($"/files/{directory}/relationships/contents"));
}

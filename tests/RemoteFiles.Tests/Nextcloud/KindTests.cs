using RemoteFiles.Files;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Whose an entry is, as the properties of a Nextcloud 32.0.1 tell it.</summary>
public sealed class KindTests : IAsyncDisposable
{
    private const string Home = "/remote.php/dav/files/carol/";

    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Theory]
    [InlineData("RGDNVCK", "", "0", EntryKind.Own)]
    [InlineData("RGDNVCK", "", "", EntryKind.Own)]
    [InlineData("SRGDNVCK", "shared", "", EntryKind.Shared)]
    [InlineData("SRGDNVCK", "", "", EntryKind.Shared)]
    [InlineData("RMGDNVCK", "group", "", EntryKind.Group)]
    [InlineData("RMGDNVCK", "external", "", EntryKind.External)]
    [InlineData("RMGDNVCK", "external-session", "", EntryKind.External)]
    [InlineData("RMGDNVCK", "of another day", "", EntryKind.External)]
    [InlineData("RMGDNVCK", "", "", EntryKind.External)]
    [InlineData("RGDNVCK", "", "1", EntryKind.Encrypted)]
    [InlineData("SRGDNVCK", "shared", "1", EntryKind.Encrypted)]
    public async Task The_kind_of_a_folder(string permissions, string mountType, string isEncrypted, object kind)
    {
        var asked = "";
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            asked = System.Text.Encoding.UTF8.GetString(exchange.Body);
            await exchange.SendAsync(Listing.Of(Listing.Folder(Home), Listing.Response(
                Home + "x/",
                "<d:resourcetype><d:collection/></d:resourcetype><oc:fileid>7</oc:fileid><oc:favorite>1</oc:favorite>"
                + $"<oc:permissions>{permissions}</oc:permissions><nc:mount-type>{mountType}</nc:mount-type><nc:is-encrypted>{isEncrypted}</nc:is-encrypted>")));
        });

        var entry = Assert.Single(await nextcloud.Tree.ListAsync(FilePath.Root, Ct).ToListAsync(Ct));

        Assert.Equal(((EntryKind)kind, true), (entry.Kind, entry.IsFavorite));
        Assert.All(["<oc:permissions/>", "<nc:mount-type/>", "<nc:is-encrypted/>", "<oc:favorite/>"], property => Assert.Contains(property, asked, StringComparison.Ordinal));
    }

    [Fact]
    public void A_favorite_is_one_in_the_drive()
    {
        var entry = new Entry { Id = "1", Path = FilePath.Parse("/a.txt"), IsFolder = false, IsFavorite = true };

        Assert.True(Transfer.UploadOf(entry, Stream.Null, 0, new("", "")).Annotations!.Favorite);
        Assert.Null(Transfer.UploadOf(entry with { IsFavorite = false }, Stream.Null, 0, new("", "")).Annotations);
    }
}

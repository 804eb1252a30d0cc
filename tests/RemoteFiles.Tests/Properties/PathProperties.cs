using FsCheck;
using FsCheck.Fluent;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using RemoteFiles.JsonApi;
using RemoteFiles.Nextcloud;
using Shared.Faults;

namespace RemoteFiles.Tests.Properties;

/// <summary>Paths, names and cursors come back as they were sent.</summary>
public sealed class PathProperties
{
    private static readonly Gen<string[]> Paths = from names in Gen.ListOf(Property.Names) select names.ToArray();

    [Fact]
    public void A_path_is_its_names() => Property.Holds(Paths, names =>
    {
        var path = FilePath.Parse("/" + string.Join('/', names));

        Assert.Equal(names, path.Names);
        Assert.Equal(path, FilePath.Parse(path.ToString()));
        Assert.Equal(path, FilePath.Parse(string.Join("//", names) + "/"));
        Assert.Equal(path, names.Aggregate(FilePath.Root, (folder, name) => folder.Child(name)));
        Assert.Equal(names.Length == 0, path.IsRoot);
        Assert.Equal(names.LastOrDefault(""), path.Name);
    });

    [Fact]
    public void A_folder_contains_what_begins_with_its_names() => Property.Holds(from a in Paths from b in Paths select (a, b), pair =>
    {
        var (a, b) = pair;
        var (folder, other) = (FilePath.Parse(string.Join('/', a)), FilePath.Parse(string.Join('/', b)));

        Assert.True(folder.Contains(FilePath.Parse(string.Join('/', a.Concat(b)))));
        Assert.Equal(b.Length >= a.Length && b.Take(a.Length).SequenceEqual(a), folder.Contains(other));
        Assert.Equal(a.Length == 0 ? [] : a[..^1], folder.Parent.Names);
    });

    [Fact]
    public void A_path_outlives_its_address_at_a_Nextcloud() => Property.Holds(from user in Property.Names from path in Paths select (user, path), pair =>
    {
        var account = new Account("id", new Uri("https://nc.example/sub path/"), "login", "password", pair.user);
        var (root, path) = (DavRoot.Files(account), FilePath.Parse(string.Join('/', pair.path)));

        foreach (var address in new[] { root.At(path), root.Folder(path) })
        {
            Assert.True(root.TryLocate(address.AbsoluteUri, out var located));
            Assert.Equal(path, located);
            Assert.True(root.TryLocate(address.PathAndQuery, out located));
            Assert.Equal(path, located);
        }
    });

    [Fact]
    public void A_name_of_the_drive_is_text_without_the_characters_that_no_name_has() => Property.Holds(
        from characters in Gen.ListOf(Gen.Elements("a", ".", "/", "\0", "\r", "\n", " ", "é", "\ud83d", "\ude42", "🙂")) select string.Concat(characters), name =>
    {
        var isUnicode = new System.Text.UTF8Encoding(false, false).GetString(System.Text.Encoding.UTF8.GetBytes(name)) == name;
        var isName = name is not ("" or "." or "..") && !name.Any(c => c is '/' or '\0' or '\r' or '\n') && isUnicode;

        Assert.Equal(isName, FaultOf(() => DriveNames.Check(name)) is null);
    });

    [Fact]
    public void A_cursor_names_the_row_that_it_was_made_for() => Property.Holds(
        from name in Property.Names from isFolder in Gen.Elements(true, false) from id in Property.Names select new PageKey(isFolder, name, id),
        key => Assert.Equal(key, PageCursor.Read(PageCursor.Write("folder", key))));

    [Fact]
    public void What_is_no_cursor_is_malformed_and_nothing_else() => Property.Holds(
        from pieces in Gen.ListOf(Gen.Elements("[", "]", "\"", "a", ",", "null", "1", "{", "}", ":", "\"x\"", "[\"a\",\"file\",\"b\"]")) select string.Concat(pieces),
        text => Assert.True(FaultOf(() => PageCursor.Read(text)) is null or Fault.Malformed));

    private static Fault? FaultOf(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (FaultException e)
        {
            return e.Fault;
        }
    }
}

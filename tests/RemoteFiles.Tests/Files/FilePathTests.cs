using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Files;

public sealed class FilePathTests
{
    private static readonly string[] Pieces = ["a", "b", "a b", ".x", "...", "é", "e\u0301", "日本", "😀", "%2F", "%2e", "\\", "ab", " "];

    [Theory]
    [InlineData("", "/")]
    [InlineData("/", "/")]
    [InlineData("//", "/")]
    [InlineData("a", "/a")]
    [InlineData("/a//b/", "/a/b")]
    [InlineData("/%2e%2e/x", "/%2e%2e/x")]
    public void Slashes_at_the_ends_and_doubled_ones_do_not_count(string text, string expected) => Assert.Equal(expected, FilePath.Parse(text).ToString());

    [Theory]
    [InlineData("/a/../b")]
    [InlineData("..")]
    [InlineData("/a/./b")]
    [InlineData("/a\0b")]
    public void Dot_names_and_NUL_are_malformed(string text) => Assert.Equal(Fault.Malformed, Assert.Throws<FaultException>(() => FilePath.Parse(text)).Fault);

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("\0")]
    public void A_child_has_one_name(string name) => Assert.Equal(Fault.Malformed, Assert.Throws<FaultException>(() => FilePath.Root.Child(name)).Fault);

    [Fact]
    public void The_root_is_its_own_parent_and_has_no_name()
    {
        Assert.True(FilePath.Root.IsRoot);
        Assert.Equal(FilePath.Root, FilePath.Root.Parent);
        Assert.Equal("", FilePath.Root.Name);
        Assert.Empty(FilePath.Root.Names);
    }

    [Fact]
    public Task Any_path_is_the_sum_of_its_names() => Seed.RunAsync(200, random =>
    {
        var names = Names(random);
        var path = names.Aggregate(FilePath.Root, (above, name) => above.Child(name));

        Assert.Equal(names, path.Names);
        Assert.Equal(path, FilePath.Parse(path.ToString()));
        Assert.Equal(names.Length == 0, path.IsRoot);
        if (names.Length > 0)
        {
            Assert.Equal(names[^1], path.Name);
            Assert.Equal(path, path.Parent.Child(path.Name));
        }

        return Task.CompletedTask;
    });

    [Fact]
    public Task A_path_contains_itself_and_what_its_names_begin() => Seed.RunAsync(500, random =>
    {
        var (one, other) = (Names(random), Names(random));
        if (random.Next(2) == 0)
        {
            other = [.. one, .. other];
        }

        var expected = other.Length >= one.Length && one.SequenceEqual(other.Take(one.Length));

        Assert.Equal(expected, Path(one).Contains(Path(other)));
        return Task.CompletedTask;
    });

    private static string[] Names(Random random) => [.. Enumerable.Range(0, random.Next(6)).Select(_ => Pieces[random.Next(Pieces.Length)])];

    private static FilePath Path(string[] names) => FilePath.Parse(string.Join('/', names));
}

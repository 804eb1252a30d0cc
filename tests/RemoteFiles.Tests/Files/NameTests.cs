using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Files;

public sealed class NameTests
{
    [Theory]
    [InlineData("note.txt", "note (2).txt", "note (3).txt")]
    [InlineData("note (7).txt", "note (8).txt", "note (9).txt")]
    [InlineData("note", "note (2)", "note (3)")]
    [InlineData("photo (2020).jpg", "photo (2021).jpg", "photo (2022).jpg")]
    [InlineData("archive.tar.gz", "archive.tar (2).gz", "archive.tar (3).gz")]
    [InlineData("note (x).txt", "note (x) (2).txt", "note (x) (3).txt")]
    [InlineData("note (-7).txt", "note (-7) (2).txt", "note (-7) (3).txt")]
    [InlineData("note(7).txt", "note(7) (2).txt", "note(7) (3).txt")]
    [InlineData("note ().txt", "note () (2).txt", "note () (3).txt")]
    [InlineData("(7)", "(7) (2)", "(7) (3)")]
    [InlineData("note (99999999999).txt", "note (99999999999) (2).txt", "note (99999999999) (3).txt")]
    public void A_taken_file_name_counts_up_before_its_extension(string name, string second, string third) =>
        Assert.Equal([name, second, third], AutoRename.Candidates(name).Take(3));

    [Theory]
    [InlineData("folder", "folder (2)")]
    [InlineData("folder (2)", "folder (3)")]
    [InlineData("release 1.0", "release 1.0 (2)")]
    public void A_taken_folder_name_has_no_extension(string name, string second) =>
        Assert.Equal([name, second], AutoRename.FolderCandidates(name).Take(2));

    [Fact]
    public void The_search_for_a_free_name_ends() => Assert.Equal("note (1000).txt", AutoRename.Candidates("note.txt").Last());

    [Theory]
    [InlineData("budget.ods", "application/vnd.oasis.opendocument.spreadsheet", "spreadsheet")]
    [InlineData("table.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "spreadsheet")]
    [InlineData("table.xls", "application/vnd.ms-excel", "spreadsheet")]
    [InlineData("table.numbers", "application/vnd.apple.numbers", "spreadsheet")]
    [InlineData("letter.odt", "application/vnd.oasis.opendocument.text", "text")]
    [InlineData("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "text")]
    [InlineData("letter.doc", "application/msword", "text")]
    [InlineData("letter.pages", "application/vnd.apple.pages", "text")]
    [InlineData("talk.odp", "application/vnd.oasis.opendocument.presentation", "slide")]
    [InlineData("talk.pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "slide")]
    [InlineData("talk.ppt", "application/vnd.ms-powerpoint", "slide")]
    [InlineData("talk.key", "application/vnd.apple.keynote", "slide")]
    [InlineData("drawing.odg", "application/vnd.oasis.opendocument.graphics", "slide")]
    [InlineData("paper.pdf", "application/pdf", "pdf")]
    [InlineData("PAPER.PDF", "application/pdf", "pdf")]
    [InlineData("site.url", "application/internet-shortcut", "shortcut")]
    [InlineData("thoughts.cozy-note", "text/vnd.cozy.note+markdown", "text")]
    [InlineData("readme.md", "text/markdown", "text")]
    [InlineData("page.html", "text/html", "code")]
    [InlineData("main.go", "text/x-go", "code")]
    [InlineData("main.py", "text/x-python", "code")]
    [InlineData("main.rb", "application/x-ruby", "code")]
    [InlineData("feed.xml", "text/xml", "code")]
    [InlineData("photo.heic", "image/heic", "image")]
    [InlineData("song.flac", "audio/flac", "audio")]
    [InlineData("film.mkv", "video/x-matroska", "video")]
    [InlineData("all.zip", "application/zip", "zip")]
    [InlineData("all.tar.gz", "application/gzip", "zip")]
    [InlineData("all.7z", "application/x-7z-compressed", "zip")]
    [InlineData("all.rar", "application/vnd.rar", "zip")]
    [InlineData("setup.exe", "application/x-msdownload", "binary")]
    [InlineData("setup.dmg", "application/x-apple-diskimage", "binary")]
    [InlineData("data.json", "application/json", "application")]
    [InlineData("unknown.zzz", "application/octet-stream", "files")]
    [InlineData("pdf", "application/octet-stream", "files")]
    [InlineData("dot.", "application/octet-stream", "files")]
    [InlineData("", "application/octet-stream", "files")]
    public void A_name_tells_the_content_type_and_its_class(string name, string type, string @class)
    {
        Assert.Equal(type, MimeTypes.OfName(name));
        Assert.Equal(@class, MimeTypes.ClassOf(type));
    }

    [Theory]
    [InlineData("", "files")]
    [InlineData("Text/HTML; charset=utf-8", "code")]
    [InlineData("application/x-gzip", "zip")]
    [InlineData("image", "image")]
    public void A_class_is_told_without_regard_to_parameters_and_case(string type, string @class) => Assert.Equal(@class, MimeTypes.ClassOf(type));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    public void A_name_that_the_Cozy_cannot_have_is_invalid(string name) => Invalid(name);

    // Not InlineData: half a surrogate pair does not survive a test's serialized arguments.
    [Fact]
    public void A_name_with_half_a_surrogate_pair_is_invalid()
    {
        Invalid("\ud83d");
        Invalid("a\ude00b");
        Assert.Equal("a😀b\ufffd", DriveNames.Check("a😀b\ufffd"));
    }

    private static void Invalid(string name)
    {
        var fault = Assert.Throws<FaultException>(() => DriveNames.Check(name));
        Assert.Equal((Fault.Invalid, "name"), (fault.Fault, fault.Parameter));
        Assert.Equal("Invalid filename: empty or contains an illegal character", fault.Message);
    }
}

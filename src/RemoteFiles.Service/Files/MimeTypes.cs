using System.Collections.Frozen;

namespace RemoteFiles.Files;

/// <summary>The content type that a file's name promises, and the class the Cozy shows for it.</summary>
internal static class MimeTypes
{
    public const string Unknown = "application/octet-stream";

    // One type a line, then the extensions that mean it.
    private const string Table = """
        application/epub+zip epub
        application/gpx+xml gpx
        application/gzip gz tgz
        application/internet-shortcut url
        application/json json
        application/msword doc dot
        application/pdf pdf
        application/postscript ps eps ai
        application/rtf rtf
        application/vnd.android.package-archive apk
        application/vnd.apple.keynote key
        application/vnd.apple.numbers numbers
        application/vnd.apple.pages pages
        application/vnd.debian.binary-package deb
        application/vnd.google-earth.kml+xml kml
        application/vnd.ms-excel xls xlt
        application/vnd.ms-excel.sheet.macroenabled.12 xlsm
        application/vnd.ms-outlook msg
        application/vnd.ms-powerpoint ppt pps pot
        application/vnd.oasis.opendocument.graphics odg
        application/vnd.oasis.opendocument.presentation odp
        application/vnd.oasis.opendocument.spreadsheet ods
        application/vnd.oasis.opendocument.text odt
        application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
        application/vnd.openxmlformats-officedocument.presentationml.slideshow ppsx
        application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
        application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
        application/vnd.rar rar
        application/vnd.sqlite3 sqlite sqlite3
        application/wasm wasm
        application/x-7z-compressed 7z
        application/x-apple-diskimage dmg
        application/x-bzip2 bz2
        application/x-iso9660-image iso
        application/x-msdownload exe dll msi
        application/x-ruby rb
        application/x-sh sh
        application/x-tar tar
        application/x-tex tex
        application/x-xz xz
        application/yaml yaml yml
        application/zip zip
        application/zstd zst
        audio/aac aac
        audio/flac flac
        audio/midi mid midi
        audio/mp4 m4a
        audio/mpeg mp3
        audio/ogg ogg oga
        audio/opus opus
        audio/wav wav
        audio/webm weba
        audio/x-aiff aif aiff
        audio/x-ms-wma wma
        font/otf otf
        font/ttf ttf
        font/woff woff
        font/woff2 woff2
        image/avif avif
        image/bmp bmp
        image/gif gif
        image/heic heic
        image/heif heif
        image/jpeg jpg jpeg jpe
        image/jxl jxl
        image/png png
        image/svg+xml svg
        image/tiff tif tiff
        image/vnd.adobe.photoshop psd
        image/webp webp
        image/x-adobe-dng dng
        image/x-canon-cr2 cr2
        image/x-icon ico
        image/x-nikon-nef nef
        image/x-sony-arw arw
        image/x-xcf xcf
        message/rfc822 eml
        text/calendar ics
        text/css css
        text/csv csv
        text/html html htm
        text/javascript js mjs
        text/markdown md markdown
        text/plain txt text log ini conf
        text/tab-separated-values tsv
        text/vcard vcf
        text/vnd.cozy.note+markdown cozy-note
        text/x-c c h cc cpp hpp
        text/x-go go
        text/x-java-source java
        text/x-python py
        text/xml xml xsl
        video/3gpp 3gp
        video/mp2t mts m2ts
        video/mp4 mp4 m4v
        video/mpeg mpeg mpg
        video/ogg ogv
        video/quicktime mov
        video/webm webm
        video/x-matroska mkv
        video/x-ms-wmv wmv
        video/x-msvideo avi
        """;

    private static readonly FrozenDictionary<string, string> ByExtension = Table.Split('\n')
        .Select(line => line.TrimEnd('\r').Split(' '))
        .SelectMany(words => words.Skip(1).Select(extension => (Extension: extension, Type: words[0])))
        .ToFrozenDictionary(row => row.Extension, row => row.Type, StringComparer.OrdinalIgnoreCase);

    /// <summary>Without parameters; <see cref="Unknown"/> when the name does not tell.</summary>
    public static string OfName(string name) =>
        ByExtension.TryGetValue(name[(name.LastIndexOf('.') + 1)..], out var type) && name.Contains('.', StringComparison.Ordinal) ? type : Unknown;

    /// <summary><c>image</c>, <c>text</c>, <c>spreadsheet</c> … of a content type, its parameters left aside.</summary>
    public static string ClassOf(string mime)
    {
        var type = mime.Split(';')[0].Trim().ToLowerInvariant();
        return type switch
        {
            "" or Unknown => "files",
            "application/x-apple-diskimage" or "application/x-msdownload" => "binary",
            "text/html" or "text/css" or "text/xml" or "application/js" or "text/x-c" or "text/x-go" or "text/x-python" or "application/x-ruby" => "code",
            "application/pdf" => "pdf",
            "application/vnd.ms-powerpoint" or "application/vnd.apple.keynote" or "application/vnd.oasis.opendocument.presentation"
                or "application/vnd.oasis.opendocument.graphics" or "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "slide",
            "application/vnd.ms-excel" or "application/vnd.apple.numbers" or "application/vnd.oasis.opendocument.spreadsheet"
                or "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "spreadsheet",
            "application/msword" or "application/vnd.apple.pages" or "application/vnd.oasis.opendocument.text"
                or "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "text",
            "application/x-7z-compressed" or "application/vnd.rar" or "application/x-rar-compressed" or "application/x-rar" or "application/zip"
                or "application/gzip" or "application/x-gzip" or "application/x-tar" => "zip",
            "application/internet-shortcut" => "shortcut",
            _ => type.Split('/')[0],
        };
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace RemoteFiles.Tests.Properties;

/// <summary>Holds a rule against many values; a failure tells the smallest value that breaks it and the seeds that lead there again.</summary>
internal static class Property
{
    private static readonly string[] Pieces = ["a", "b", ".", "..", " ", "%", "%2F", "%41", "+", "#", "?", "&", "=", ";", "\"", "'", "\\", ":", "é", "e\u0301", "日", "🙂", "\u00a0", "\t", "(1)", "~", "*"];

    /// <summary>Names that a path may hold.</summary>
    public static Gen<string> Names { get; } =
        from pieces in Gen.NonEmptyListOf(Gen.Elements(Pieces))
        let name = string.Concat(pieces)
        select name is "." or ".." ? name + "x" : name;

    public static void Holds<T>(Gen<T> values, Action<T> rule) =>
        Prop.ForAll(values.ToArbitrary(), rule).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true));
}

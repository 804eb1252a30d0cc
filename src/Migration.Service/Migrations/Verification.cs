using Shared.Faults;

namespace Migration.Migrations;

/// <summary>Of which files the source is asked for its own hash, which makes it read them again.</summary>
internal enum Verification
{
    None,

    /// <summary>One in twenty, the same ones each time.</summary>
    Sample,
    All,
}

internal static class Verifications
{
    private const int OneIn = 20;

    /// <exception cref="FaultException">Malformed: it is no word for one.</exception>
    public static Verification? Read(string text) => text switch
    {
        "" => null,
        "none" => Verification.None,
        "sample" => Verification.Sample,
        "all" => Verification.All,
        _ => throw new FaultException(Fault.Malformed, "verify must be none, sample or all"),
    };

    public static string Text(this Verification verification) => verification switch
    {
        Verification.None => "none",
        Verification.Sample => "sample",
        Verification.All => "all",
        _ => throw new ArgumentOutOfRangeException(nameof(verification)),
    };

    public static bool Takes(this Verification verification, SourceEntry file) =>
        verification == Verification.All || (verification == Verification.Sample && Spread(file.Id) % OneIn == 0);

    // FNV-1a: ids that follow each other are far apart.
    private static uint Spread(string id) => id.Aggregate(2166136261u, (hash, letter) => unchecked((hash ^ letter) * 16777619u));
}

namespace Migration.Migrations;

/// <summary>Sums of sizes that strangers tell: one that cannot be counted is the largest there is, and never less than nothing.</summary>
internal static class Totals
{
    public static long Of(long one, long other) =>
        other > 0 && one > long.MaxValue - other ? long.MaxValue
        : other < 0 && one < long.MinValue - other ? long.MinValue
        : one + other;
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace SystemTests.Operations;

/// <summary>
/// Reads the text exposition format 0.0.4 as strictly as its specification allows: HELP, then TYPE, then all samples of the family and
/// of no other; no sample twice; names, labels, escapes and numbers of their grammar; histograms that add up.
/// </summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, string> types = [];
    private readonly Dictionary<string, double> samples = [];

    private Exposition()
    {
    }

    public IReadOnlyDictionary<string, string> Types => types;

    public IReadOnlyCollection<string> Series => samples.Keys;

    /// <summary>A sample with these labels, in the order of their names; 0 where there is none.</summary>
    public double this[string series] => samples.GetValueOrDefault(series);

    public static Exposition Parse(string text)
    {
        var read = new Exposition();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var (family, help) = ("", "");
        foreach (var line in text[..^1].Split('\n'))
        {
            if (HelpLine().Match(line) is { Success: true } helped)
            {
                Assert.DoesNotContain(helped.Groups["name"].Value, read.types.Keys);
                help = helped.Groups["name"].Value;
                Assert.Empty(LoneBackslash().Matches(helped.Groups["text"].Value));
            }
            else if (TypeLine().Match(line) is { Success: true } typed)
            {
                family = typed.Groups["name"].Value;
                Assert.True(help is "" || help == family, $"the help of {help} stands before {family}");
                Assert.True(read.types.TryAdd(family, typed.Groups["type"].Value), $"{family} comes twice");
                help = "";
            }
            else
            {
                read.Add(family, line);
            }
        }

        read.CheckHistograms();
        return read;
    }

    private void Add(string family, string line)
    {
        var sample = SampleLine().Match(line);
        Assert.True(sample.Success, $"no sample: {line}");
        var (name, labels) = (sample.Groups["name"].Value, sample.Groups["label"].Captures.Select(label => label.Value).ToList());
        string[] suffixes = types[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""];
        Assert.Contains(name, suffixes.Select(suffix => family + suffix));
        Assert.Equal(labels.Count, labels.Distinct().Count());
        var number = sample.Groups["value"].Value;
        var value = number == "+Inf" ? double.PositiveInfinity : double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        Assert.True(types[family] != "counter" || value >= 0, $"a counter below nothing: {line}");
        Assert.True(types[family] != "counter" || family.EndsWith("_total", StringComparison.Ordinal), $"{family} is a counter without _total");
        Assert.True(samples.TryAdd(line[..line.LastIndexOf(' ')], value), $"it comes twice: {line}");
    }

    private void CheckHistograms()
    {
        foreach (var name in types.Where(type => type.Value == "histogram").Select(type => type.Key))
        {
            foreach (var group in samples.Where(sample => sample.Key.StartsWith(name + "_bucket{", StringComparison.Ordinal)).GroupBy(sample => Bound().Replace(sample.Key, "")))
            {
                var buckets = group.Select(sample => (Bound: Bound().Match(sample.Key).Groups["bound"].Value, sample.Value)).ToList();
                var bounds = buckets.Select(bucket => bucket.Bound == "+Inf" ? double.PositiveInfinity : double.Parse(bucket.Bound, CultureInfo.InvariantCulture)).ToList();
                Assert.Equal(bounds.Order().Distinct(), bounds);
                Assert.Equal(double.PositiveInfinity, bounds[^1]);
                Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
                var labels = group.Key[(name + "_bucket").Length..] is "{}" ? "" : group.Key[(name + "_bucket").Length..];
                Assert.Equal(samples[name + "_count" + labels], buckets[^1].Value);
                Assert.Contains(name + "_sum" + labels, samples.Keys);
            }
        }
    }

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>.*)$")]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{((?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\[\\"n])*"(,|(?=\})))+\})? (?<value>[+-]?(Inf|NaN|[0-9.]+(E[+-]?[0-9]+)?))$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex(""",?le="(?<bound>[^"]*)"(?=\})""")]
    private static partial Regex Bound();

    [GeneratedRegex(@"(?<!\\)(\\\\)*\\(?![\\n])")]
    private static partial Regex LoneBackslash();
}

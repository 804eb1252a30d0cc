using System.Text;

namespace Migration.Migrations;

/// <summary>What a migration would bring and what not, as far as it was looked at. Sizes and dates are of files that would come.</summary>
internal sealed class Survey
{
    private const int MostExamples = 20;
    private const int MostNames = 100_000;

    private readonly Lock adding = new();
    private readonly Dictionary<Reason, LeftOut> leftOut = [];
    private readonly List<string> clashes = [];

    /// <summary>False: the time was over, or some folder cannot be read.</summary>
    public bool IsComplete { get; set; }

    public long Files { get; private set; }

    public long Folders { get; private set; }

    public long Bytes { get; private set; }

    public long? Oldest { get; private set; }

    public long? Newest { get; private set; }

    /// <summary>Files without a date, which get that of their arrival.</summary>
    public long Undated { get; private set; }

    /// <summary>Files that seem to be in the drive already: their name, with their size.</summary>
    public long SameNames { get; private set; }

    /// <summary>Names that something else has: these files get another one.</summary>
    public long TakenNames { get; private set; }

    /// <summary>Names that differ from another one of their folder in nothing but their Unicode form.</summary>
    public long TwinNames { get; private set; }

    public IReadOnlyList<string> Clashes => clashes;

    /// <summary>What the Nextcloud says that its folder holds, in all.</summary>
    public long SourceBytes { get; set; }

    /// <summary>Bytes the drive can take; null without a limit.</summary>
    public long? Free { get; set; }

    public bool Fits => Free is null || Bytes <= Free;

    public IReadOnlyCollection<LeftOut> LeftOut => leftOut.Values;

    public void Add(SourceEntry entry, Taken taken)
    {
        lock (adding)
        {
            if (entry.IsFolder)
            {
                Folders++;
            }
            else
            {
                Files++;
                Bytes = Totals.Of(Bytes, entry.Size);
                Undated += entry.ModifiedAt is null ? 1 : 0;
                Oldest = entry.ModifiedAt < (Oldest ?? long.MaxValue) ? entry.ModifiedAt : Oldest;
                Newest = entry.ModifiedAt > (Newest ?? long.MinValue) ? entry.ModifiedAt : Newest;
                SameNames += taken == Taken.Same ? 1 : 0;
            }

            if (taken == Taken.Other)
            {
                TakenNames++;
                AddExample(clashes, entry.Path);
            }
        }
    }

    public void LeaveOut(SourceEntry entry, Reason reason)
    {
        lock (adding)
        {
            var known = leftOut.GetValueOrDefault(reason) ?? new(reason, 0, 0, []);
            leftOut[reason] = known with { Count = known.Count + 1, Bytes = Totals.Of(known.Bytes, entry.Size) };
            AddExample(known.Examples, entry.Path);
        }
    }

    /// <summary>Looks for twins among the names of one folder.</summary>
    public Action<SourceEntry> NamesOfOneFolder()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return entry =>
        {
            if (names.Count < MostNames && !names.Add(Composed(entry.Path.Name)))
            {
                lock (adding)
                {
                    TwinNames++;
                    AddExample(clashes, entry.Path);
                }
            }
        };
    }

    private static string Composed(string name)
    {
        try
        {
            return name.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return name; // half a surrogate pair
        }
    }

    private static void AddExample(List<string> examples, CleanPath path)
    {
        if (examples.Count < MostExamples)
        {
            examples.Add(path.ToString());
        }
    }
}

/// <summary>How much stays for one reason: a folder counts once, with what the Nextcloud says it holds.</summary>
internal sealed record LeftOut(Reason Reason, long Count, long Bytes, List<string> Examples);

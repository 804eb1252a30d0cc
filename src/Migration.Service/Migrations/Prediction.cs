namespace Migration.Migrations;

/// <summary>What a preflight said would come, kept beside the migration that followed it.</summary>
internal sealed record Prediction(
    string Id, DateTimeOffset At, bool Complete, long Files, long Bytes, long Identical, long Renamed, IReadOnlyDictionary<string, long> LeftOut)
{
    public static Prediction Of(string id, Survey survey, DateTimeOffset now) => new(
        id,
        now,
        survey.IsComplete,
        survey.Files,
        survey.Bytes,
        survey.SameNames,
        survey.TakenNames,
        survey.LeftOut.ToDictionary(left => left.Reason.Text().Code, left => left.Count));

    /// <summary>Category by category where it came otherwise; null when the preflight itself had not seen everything.</summary>
    /// <param name="counts">How the migration ended.</param>
    /// <param name="bytes">That have arrived.</param>
    /// <param name="leftOut">How much stayed for which reason.</param>
    public IReadOnlyList<Difference>? Compare(FileCounts counts, long bytes, IReadOnlyDictionary<string, long> leftOut)
    {
        Difference[] all =
        [
            new("files", Files, counts.Imported + counts.Identical + counts.Renamed),
            new("bytes", Bytes, bytes),
            new("identical", Identical, counts.Identical),
            new("renamed", Renamed, counts.Renamed),
            .. LeftOut.Keys.Union(leftOut.Keys).Order(StringComparer.Ordinal)
                .Select(reason => new Difference($"left_out.{reason}", LeftOut.GetValueOrDefault(reason), leftOut.GetValueOrDefault(reason))),
        ];
        return Complete ? [.. all.Where(category => category.Predicted != category.Actual)] : null;
    }
}

/// <summary>Something that a preflight saw otherwise than it came. <paramref name="What"/> is files, bytes, identical, renamed, or left_out with a reason.</summary>
internal sealed record Difference(string What, long Predicted, long Actual);

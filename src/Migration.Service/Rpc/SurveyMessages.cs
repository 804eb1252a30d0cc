using Migration.Migrations;
using Protos;

namespace Migration.Rpc;

/// <summary>A survey as a message.</summary>
internal static class SurveyMessages
{
    public static PreflightDocument Write(string id, Survey survey)
    {
        var attributes = new PreflightAttributes
        {
            Complete = survey.IsComplete,
            Files = survey.Files,
            Folders = survey.Folders,
            Bytes = survey.Bytes,
            Undated = survey.Undated,
            Names = new() { Same = survey.SameNames, Taken = survey.TakenNames, Twins = survey.TwinNames, Examples = { survey.Clashes } },
            Quota = new() { Fits = survey.Fits, SourceBytes = survey.SourceBytes },
        };
        attributes.LeftOut.AddRange(survey.LeftOut.Select(Write));
        if (survey.Free is { } free)
        {
            attributes.Quota.Free = free;
        }

        if (survey is { Oldest: { } oldest, Newest: { } newest })
        {
            (attributes.Oldest, attributes.Newest) = (Text(oldest), Text(newest));
        }

        return new() { Data = new() { Type = TrackingDocument.Doctype + ".preflights", Id = id, Attributes = attributes } };
    }

    private static PreflightLeftOut Write(LeftOut left)
    {
        var text = left.Reason.Text();
        return new() { Reason = text.Code, Explanation = text.Words, Advice = text.Advice, Count = left.Count, Bytes = left.Bytes, Examples = { left.Examples } };
    }

    private static string Text(long seconds) => Timestamp.Text(DateTimeOffset.FromUnixTimeSeconds(seconds));
}

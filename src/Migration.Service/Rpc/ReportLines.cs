using Protos;

namespace Migration.Rpc;

/// <summary>A line of the ledger as a message.</summary>
internal static class ReportLines
{
    public static ReportLine Write(Migrations.ReportLine line)
    {
        var message = new ReportLine
        {
            Path = line.Path,
            IsFolder = line.IsFolder,
            Outcome = line.Outcome,
            Reason = line.Reason?.Code ?? "",
            Explanation = line.Reason?.Words ?? "",
            Advice = line.Reason?.Advice ?? "",
            Message = line.Message,
            Attempts = line.Attempts,
            SourceId = line.SourceId,
            Etag = line.ETag,
            Size = line.Size,
            FileId = line.FileId,
            Name = line.Name,
            Sha256 = line.Sha256,
            Md5 = line.Md5,
            Proof = line.Proof,
        };
        if (line.ModifiedAt is { } time)
        {
            message.ModifiedAt = time.ToUnixTimeSeconds();
        }

        return message;
    }
}

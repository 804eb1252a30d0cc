using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>Has the source of a file read it again for its hash, and refuses a copy that has another one before anybody sees it.</summary>
internal sealed class SourceHash(IFileTree from, Entry source)
{
    /// <summary>It was told, and is that of the copy.</summary>
    public bool IsEqual { get; private set; }

    public Upload AddTo(Upload upload, bool isWanted) => isWanted ? upload with { Confirm = ConfirmAsync } : upload;

    private async Task ConfirmAsync(ReadOnlyMemory<byte> sha256, CancellationToken ct)
    {
        if (await from.HashAsync(source, ct) is not { } told)
        {
            return;
        }

        IsEqual = told.Span.SequenceEqual(sha256.Span);
        if (!IsEqual)
        {
            var now = await from.StatAsync(source.Path, ct);
            throw (now?.ETag, now?.Size) == (source.ETag, source.Size)
                ? new FaultException(Fault.BadGateway, $"what came of {source.Path} is not what its server holds")
                : new FaultException(Fault.PreconditionFailed, $"{source.Path} changes while it is read");
        }
    }
}

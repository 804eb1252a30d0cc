using Grpc.Core;
using Microsoft.Extensions.Options;
using Protos;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Rpc;

/// <summary>The door of protos/transfers.proto: what the migration service asks for, an instance at a time.</summary>
internal sealed partial class TransfersService(IFileTrees trees, IRemoteUsers users, AccountStore accounts, IOptions<TransferOptions> options, TimeProvider clock) : Transfers.TransfersBase
{
    private const int MostAtOnce = 1000;

    public override async Task<ProbeReply> Probe(ProbeRequest request, ServerCallContext context) =>
        new() { UserId = await users.ResolveAsync(Url(request.Url), request.Login, request.Password, context.CancellationToken) };

    public override async Task<SaveAccountReply> SaveAccount(SaveAccountRequest request, ServerCallContext context)
    {
        var instance = context.GetHttpContext().Instance();
        var (url, ct) = (Url(request.Url), context.CancellationToken);
        return new() { AccountId = await accounts.SaveNextcloudAsync(instance, url, request.Login, request.Password, request.UserId, ct) };
    }

    public override async Task<GetSpaceReply> GetSpace(GetSpaceRequest request, ServerCallContext context)
    {
        var space = await Drive(context).GetSpaceAsync(context.CancellationToken);
        var reply = new GetSpaceReply { Used = space.Used };
        if (space.Quota is { } quota)
        {
            reply.Quota = quota;
        }

        return reply;
    }

    public override async Task List(ListRequest request, IServerStreamWriter<RemoteEntry> responseStream, ServerCallContext context)
    {
        var remote = await RemoteAsync(request, context);
        var (folder, ct) = (FilePath.Parse(request.Path), context.CancellationToken);
        var names = request.TargetDir.Length > 0 ? await TakenNames.OfAsync(Drive(context), FilePath.Parse(request.TargetDir), ct) : null;
        await foreach (var entry in request.AllBelow ? remote.ListAllBelowAsync(folder, ct) : remote.ListAsync(folder, ct))
        {
            var message = Of(entry);
            message.Taken = names is null ? RemoteEntry.Types.Taken.Free : await names.LookAsync(entry, ct);
            await responseStream.WriteAsync(message, ct);
        }
    }

    public override async Task<GetSizeReply> GetSize(ListRequest request, ServerCallContext context)
    {
        var remote = await RemoteAsync(request, context);
        var entry = await remote.StatAsync(FilePath.Parse(request.Path), context.CancellationToken)
            ?? throw new FaultException(Fault.NotFound, "file/directory not found");
        return new() { Size = entry.Size ?? 0, Kind = KindOf(entry.Kind) };
    }

    public override async Task<MakeDirectoryReply> MakeDirectory(MakeDirectoryRequest request, ServerCallContext context)
    {
        var (drive, path, ct) = (Drive(context), FilePath.Parse(request.Path), context.CancellationToken);
        if (await drive.StatAsync(path, ct) is { IsFolder: true } existing)
        {
            return new() { Id = existing.Id };
        }

        var made = await drive.EnsureFolderAsync(path, ct);
        if (request.Favorite)
        {
            await drive.ChangeAsync(made.Id, new(null, null, null, null) { Annotate = known => known with { Favorite = true } }, null, ct);
        }

        if (request.HasModifiedAt)
        {
            await drive.TouchAsync(made.Id, DateTimeOffset.FromUnixTimeSeconds(request.ModifiedAt), ct);
        }

        return new() { Id = made.Id };
    }

    public override async Task<CheckCopiesReply> CheckCopies(CheckCopiesRequest request, ServerCallContext context)
    {
        if (request.Copies.Count > MostAtOnce)
        {
            throw new FaultException(Fault.Invalid, "too many copies at once");
        }

        var (drive, ct, reply) = (Drive(context), context.CancellationToken, new CheckCopiesReply());
        foreach (var copy in request.Copies)
        {
            var (state, entry) = await Copies.CheckAsync(drive, copy.Id, Convert.FromHexString(copy.Sha256), ct);
            if (entry is not null && copy.Path.Length > 0)
            {
                state = await Copies.FollowAsync(drive, entry, FilePath.Parse(copy.FormerPath), FilePath.Parse(copy.Path), ct);
            }

            reply.States.Add(state switch
            {
                CopyState.There => CheckCopiesReply.Types.State.There,
                CopyState.Moved => CheckCopiesReply.Types.State.Moved,
                _ => CheckCopiesReply.Types.State.Missing,
            });
        }

        return reply;
    }

    public override async Task<RemoveLeftDirectoriesReply> RemoveLeftDirectories(RemoveLeftDirectoriesRequest request, ServerCallContext context)
    {
        if (request.Directories.Count > MostAtOnce)
        {
            throw new FaultException(Fault.Invalid, "too many directories at once");
        }

        var (drive, reply) = (Drive(context), new RemoveLeftDirectoriesReply());
        foreach (var directory in request.Directories)
        {
            reply.Removed += await Copies.RemoveIfEmptyAsync(drive, directory.Id, FilePath.Parse(directory.Path), context.CancellationToken) ? 1 : 0;
        }

        return reply;
    }

    public override async Task<IdentifyReply> Identify(IdentifyRequest request, ServerCallContext context)
    {
        var ct = context.CancellationToken;
        var account = await accounts.GetNextcloudAsync(context.GetHttpContext().Instance().Domain, request.AccountId, ct);
        return new() { Url = account.Url.ToString(), UserId = await users.ResolveAsync(account.Url, account.Login, account.Password, ct) };
    }

    public override async Task<CheckUpReply> CheckUp(CheckUpRequest request, ServerCallContext context)
    {
        var account = await accounts.GetNextcloudAsync(context.GetHttpContext().Instance().Domain, request.AccountId, context.CancellationToken);
        await users.CheckUpAsync(account.Url, context.CancellationToken);
        return new();
    }

    public override async Task<RenewPasswordReply> RenewPassword(RenewPasswordRequest request, ServerCallContext context)
    {
        var (instance, ct) = (context.GetHttpContext().Instance(), context.CancellationToken);
        var (url, login) = await accounts.GetLoginAsync(instance.Domain, request.AccountId, ct);
        if (await users.ResolveAsync(url, login, request.Password, ct) != request.UserId)
        {
            throw new FaultException(Fault.Conflict, "these credentials belong to another nextcloud user");
        }

        await accounts.SetPasswordAsync(instance.Domain, request.AccountId, request.Password, ct);
        return new();
    }

    public override async Task<DeleteSourceReply> DeleteSource(DeleteSourceRequest request, ServerCallContext context)
    {
        var (known, ct) = (Of(request.Source), context.CancellationToken);
        var remote = await RemoteAsync(request.AccountId, context);
        var outcome = known.IsFolder
            ? await SourceCleanup.DeleteEmptyFolderAsync(remote, known.Path, known.Id, ct)
            : await SourceCleanup.DeleteFileAsync(remote, known, Drive(context), request.FileId, Convert.FromHexString(request.Sha256), ct);
        return new() { Outcome = OutcomeOf(outcome) };
    }

    private ICozyDrive Drive(ServerCallContext context) => trees.Drive(context.GetHttpContext().Instance().Domain);

    private Task<IFileTree> RemoteAsync(ListRequest request, ServerCallContext context) => request.Visitor is { } visitor
        ? Task.FromResult(trees.Visit(Url(visitor.Url), visitor.Login, visitor.Password, visitor.UserId).Files)
        : RemoteAsync(request.AccountId, context);

    private async Task<IFileTree> RemoteAsync(string account, ServerCallContext context) =>
        (await trees.RemoteAsync(context.GetHttpContext().Instance().Domain, account, context.CancellationToken)).Files;

    private static RemoteEntry Of(Entry entry)
    {
        var message = new RemoteEntry
        {
            Id = entry.Id,
            Path = entry.Path.ToString(),
            IsFolder = entry.IsFolder,
            Size = entry.Size ?? 0,
            Etag = entry.ETag,
            Kind = KindOf(entry.Kind),
            Favorite = entry.IsFavorite,
        };
        if (entry.ModifiedAt is { } modified)
        {
            message.ModifiedAt = modified.ToUnixTimeSeconds();
        }

        return message;
    }

    private static Entry Of(RemoteEntry message) => new()
    {
        Id = message.Id,
        Path = FilePath.Parse(message.Path),
        IsFolder = message.IsFolder,
        Size = message.Size,
        ETag = message.Etag,
        ModifiedAt = message.HasModifiedAt ? DateTimeOffset.FromUnixTimeSeconds(message.ModifiedAt) : null,
        IsFavorite = message.Favorite,
    };

    private static Kind KindOf(EntryKind kind) => kind switch
    {
        EntryKind.Shared => Kind.Shared,
        EntryKind.Group => Kind.Group,
        EntryKind.External => Kind.External,
        EntryKind.Encrypted => Kind.Encrypted,
        _ => Kind.Own,
    };

    private static DeleteSourceReply.Types.Outcome OutcomeOf(CleanupOutcome outcome) => outcome switch
    {
        CleanupOutcome.Deleted => DeleteSourceReply.Types.Outcome.Deleted,
        CleanupOutcome.Gone => DeleteSourceReply.Types.Outcome.Gone,
        CleanupOutcome.Changed => DeleteSourceReply.Types.Outcome.Changed,
        CleanupOutcome.NotOwn => DeleteSourceReply.Types.Outcome.NotOwn,
        CleanupOutcome.NotEmpty => DeleteSourceReply.Types.Outcome.NotEmpty,
        CleanupOutcome.NotInDrive => DeleteSourceReply.Types.Outcome.NotInDrive,
        _ => DeleteSourceReply.Types.Outcome.Unknown,
    };

    private static Uri Url(string text) => NextcloudUrl.TryParse(text, out var url)
        ? url
        : throw new FaultException(Fault.BadGateway, "nextcloud unreachable: the address is not a http or https URL");
}

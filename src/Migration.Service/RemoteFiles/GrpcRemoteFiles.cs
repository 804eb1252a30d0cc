using System.Runtime.CompilerServices;
using Grpc.Core;
using Migration.Migrations;
using Protos;
using Shared.Errors;
using Shared.Faults;
using Visitor = Migration.Migrations.Visitor;

namespace Migration.RemoteFiles;

/// <summary>RemoteFiles.Service over gRPC (protos/transfers.proto). Only facts come this way; the bytes stay there.</summary>
internal sealed class GrpcRemoteFiles(Transfers.TransfersClient transfers, ServiceTokens tokens, TimeProvider clock) : IRemoteFiles
{
    // Of one question. Listings and fetches have none: they last as long as they take, and end when their connection does.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<string> ProbeAsync(string instance, NextcloudLogin login, CancellationToken ct)
    {
        var request = new ProbeRequest { Url = login.Url, Login = login.Login, Password = login.Password };
        return (await AskAsync(instance, options => transfers.ProbeAsync(request, options), ct)).UserId;
    }

    public async Task<string> SaveAccountAsync(string instance, NextcloudLogin login, string userId, CancellationToken ct)
    {
        var request = new SaveAccountRequest { Url = login.Url, Login = login.Login, Password = login.Password, UserId = userId };
        return (await AskAsync(instance, options => transfers.SaveAccountAsync(request, options), ct)).AccountId;
    }

    public async Task<long?> GetFreeSpaceAsync(string instance, CancellationToken ct)
    {
        var space = await AskAsync(instance, options => transfers.GetSpaceAsync(new(), options), ct);
        return space.HasQuota ? Math.Max(space.Quota - space.Used, 0) : null;
    }

    public async Task<SourceSize> GetSizeAsync(string instance, string accountId, CleanPath folder, CancellationToken ct)
    {
        var request = new ListRequest { AccountId = accountId, Path = folder.ToString() };
        var reply = await AskAsync(instance, options => transfers.GetSizeAsync(request, options), ct);
        return new(Math.Max(reply.Size, 0), KindOf(reply.Kind));
    }

    public async Task<SourceSize> GetSizeAsync(string instance, Visitor visitor, CleanPath folder, CancellationToken ct)
    {
        var request = Ask(visitor, folder);
        var reply = await AskAsync(instance, options => transfers.GetSizeAsync(request, options), ct);
        return new(Math.Max(reply.Size, 0), KindOf(reply.Kind));
    }

    public async IAsyncEnumerable<(SourceEntry Entry, Taken Taken)> SurveyAsync(
        string instance, Visitor visitor, CleanPath folder, CleanPath target, [EnumeratorCancellation] CancellationToken ct)
    {
        var headers = await tokens.HeadersAsync(instance, ct);
        var request = Ask(visitor, folder);
        request.TargetDir = target.ToString();
        using var listing = transfers.List(request, new CallOptions(headers, cancellationToken: ct));
        while (await TellAsync(() => listing.ResponseStream.MoveNext(ct), ct))
        {
            var entry = listing.ResponseStream.Current;
            yield return (Read(entry, folder), entry.Taken switch
            {
                RemoteEntry.Types.Taken.Same => Taken.Same,
                RemoteEntry.Types.Taken.Other => Taken.Other,
                _ => Taken.Free,
            });
        }
    }

    public async IAsyncEnumerable<SourceEntry> ListAsync(
        string instance, string accountId, CleanPath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        var headers = await tokens.HeadersAsync(instance, ct);
        using var listing = transfers.List(
            new() { AccountId = accountId, Path = folder.ToString() }, new CallOptions(headers, cancellationToken: ct));
        while (await TellAsync(() => listing.ResponseStream.MoveNext(ct), ct))
        {
            yield return Read(listing.ResponseStream.Current, folder);
        }
    }

    public async IAsyncEnumerable<SourceEntry> ListAllBelowAsync(
        string instance, string accountId, CleanPath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        var headers = await tokens.HeadersAsync(instance, ct);
        using var listing = transfers.List(
            new() { AccountId = accountId, Path = folder.ToString(), AllBelow = true }, new CallOptions(headers, cancellationToken: ct));
        while (await TellAsync(() => listing.ResponseStream.MoveNext(ct), ct))
        {
            var entry = listing.ResponseStream.Current;
            var path = CleanPath.Exact(entry.Path.TrimEnd('/')) is { } clean && folder.Contains(clean)
                ? clean
                : throw new FaultException(Fault.Malformed, "a listing holds what is not below its folder");
            yield return Read(entry, path.Parent);
        }
    }

    public async Task<string> MakeDirectoryAsync(string instance, CleanPath directory, SourceEntry like, CancellationToken ct)
    {
        var request = new MakeDirectoryRequest { Path = directory.ToString(), Favorite = like.IsFavorite };
        if (like.ModifiedAt is { } time)
        {
            request.ModifiedAt = time;
        }

        return (await AskAsync(instance, options => transfers.MakeDirectoryAsync(request, options), ct)).Id;
    }

    public async Task<FetchedFile> FetchAsync(
        string instance, string accountId, SourceEntry file, string directoryId, bool withHash, IProgress<long> arriving, CancellationToken ct)
    {
        var request = new FetchRequest
        {
            AccountId = accountId,
            Source = Write(file),
            DirectoryId = directoryId,
            Name = file.Path.Name,
            WithHash = withHash,
            WithProgress = true,
        };
        var headers = await tokens.HeadersAsync(instance, ct);
        using var fetching = transfers.Fetch(request, new CallOptions(headers, cancellationToken: ct));
        while (await TellAsync(() => fetching.ResponseStream.MoveNext(ct), ct))
        {
            var reply = fetching.ResponseStream.Current;
            if (reply.Outcome != FetchReply.Types.Outcome.Unknown)
            {
                return Of(reply);
            }

            arriving.Report(reply.Arrived);
        }

        throw new FaultException(Fault.Internal, "the file service ended without a word of the file");
    }

    public async IAsyncEnumerable<(int Index, FetchedFile Result)> FetchManyAsync(
        string instance, string accountId, SmallFiles batch, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new FetchManyRequest { AccountId = accountId };
        request.Files.AddRange(batch.Files.Select(file => new FetchManyRequest.Types.File
        {
            Source = Write(file.Entry),
            DirectoryId = file.ParentDirectory,
            Name = file.Entry.Path.Name,
            WithHash = batch.Verification.Takes(file.Entry),
        }));
        request.WholeFolders.AddRange(batch.WholeFolders.Select(folder => folder.ToString()));
        var headers = await tokens.HeadersAsync(instance, ct);
        using var fetching = transfers.FetchMany(request, new CallOptions(headers, cancellationToken: ct));
        while (await TellAsync(() => fetching.ResponseStream.MoveNext(ct), ct))
        {
            var reply = fetching.ResponseStream.Current;
            yield return (reply.Index, Of(reply.File));
        }
    }

    public async Task<IReadOnlyList<CopyState>> CheckCopiesAsync(string instance, IReadOnlyList<KnownCopy> copies, CancellationToken ct)
    {
        var request = new CheckCopiesRequest();
        request.Copies.AddRange(copies.Select(copy => new CheckCopiesRequest.Types.Copy
        {
            Id = copy.FileId,
            Sha256 = copy.Sha256,
            FormerPath = copy.Moved?.From.ToString() ?? "",
            Path = copy.Moved?.To.ToString() ?? "",
        }));
        var reply = await AskAsync(instance, options => transfers.CheckCopiesAsync(request, options), ct);
        return reply.States.Count == copies.Count
            ? [.. reply.States.Select(state => state switch
            {
                CheckCopiesReply.Types.State.There => CopyState.There,
                CheckCopiesReply.Types.State.Moved => CopyState.Moved,
                _ => CopyState.Missing,
            })]
            : throw new FaultException(Fault.Internal, "the file service answered about other copies");
    }

    public Task RemoveLeftDirectoriesAsync(string instance, IReadOnlyList<LeftDirectory> directories, CancellationToken ct)
    {
        var request = new RemoveLeftDirectoriesRequest();
        request.Directories.AddRange(directories.Select(directory => new RemoveLeftDirectoriesRequest.Types.Directory { Id = directory.Id, Path = directory.Path.ToString() }));
        return AskAsync(instance, options => transfers.RemoveLeftDirectoriesAsync(request, options), ct);
    }

    public async Task<SourceOwner> IdentifyAsync(string instance, string accountId, CancellationToken ct)
    {
        var reply = await AskAsync(instance, options => transfers.IdentifyAsync(new() { AccountId = accountId }, options), ct);
        return new(reply.Url, reply.UserId);
    }

    public Task CheckUpAsync(string instance, string accountId, CancellationToken ct) =>
        AskAsync(instance, options => transfers.CheckUpAsync(new() { AccountId = accountId }, options), ct);

    public Task RenewPasswordAsync(string instance, string accountId, string userId, string password, CancellationToken ct)
    {
        var request = new RenewPasswordRequest { AccountId = accountId, UserId = userId, Password = password };
        return AskAsync(instance, options => transfers.RenewPasswordAsync(request, options), ct);
    }

    public async Task<SourceFate> DeleteSourceAsync(string instance, string accountId, ArrivedEntry arrived, CancellationToken ct)
    {
        var request = new DeleteSourceRequest { AccountId = accountId, Source = Write(arrived.Entry), FileId = arrived.FileId, Sha256 = arrived.Sha256 };
        return FateOf((await AskAsync(instance, options => transfers.DeleteSourceAsync(request, options), ct)).Outcome);
    }

    private async Task<T> AskAsync<T>(string instance, Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken ct)
    {
        var headers = await tokens.HeadersAsync(instance, ct);
        var deadline = (clock.GetUtcNow() + Patience).UtcDateTime;
        return await TellAsync(() => call(new(headers, deadline, ct)).ResponseAsync, ct);
    }

    /// <summary>What went wrong over there, in our words; our own cancellation stays one.</summary>
    private static async Task<T> TellAsync<T>(Func<Task<T>> call, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (RpcException e) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException("the call was canceled", e, ct);
        }
        catch (RpcException e)
        {
            throw FaultsOverGrpc.FromRpc(e);
        }
    }

    // A name decides where a file goes, so it is checked here and not taken on trust.
    private static SourceEntry Read(RemoteEntry entry, CleanPath folder) => new(
        entry.Id,
        folder.Child(entry.Path.TrimEnd('/') is var path ? path[(path.LastIndexOf('/') + 1)..] : ""),
        entry.IsFolder,
        Math.Max(entry.Size, 0),
        entry.Etag,
        entry.HasModifiedAt ? entry.ModifiedAt : null)
    {
        Kind = KindOf(entry.Kind),
        IsFavorite = entry.Favorite,
    };

    private static RemoteEntry Write(SourceEntry file)
    {
        var entry = new RemoteEntry { Id = file.Id, Path = file.Path.ToString(), IsFolder = file.IsFolder, Size = file.Size, Etag = file.ETag, Favorite = file.IsFavorite };
        if (file.ModifiedAt is { } time)
        {
            entry.ModifiedAt = time;
        }

        return entry;
    }

    private static FetchedFile Of(FetchReply reply) => new(OutcomeOf(reply.Outcome), reply.FileId, reply.Name, reply.Size, reply.Sha256)
    {
        Md5 = reply.Md5,
        ETag = reply.Etag,
        Proof = reply.Proof switch
        {
            FetchReply.Types.Proof.Length => Proof.Length,
            FetchReply.Types.Proof.Checksum => Proof.Checksum,
            FetchReply.Types.Proof.Content => Proof.Content,
            FetchReply.Types.Proof.Version => Proof.Version,
            FetchReply.Types.Proof.Hash => Proof.Hash,
            _ => Proof.None,
        },
    };

    private static ListRequest Ask(Visitor visitor, CleanPath folder) => visitor.Login is { } login
        ? new() { Visitor = new() { Url = login.Url, Login = login.Login, Password = login.Password, UserId = visitor.UserId }, Path = folder.ToString() }
        : new() { AccountId = visitor.AccountId, Path = folder.ToString() };

    // A kind that is not known here is not the user's own for certain.
    private static SourceKind KindOf(Kind kind) => kind switch
    {
        Kind.Own => SourceKind.Own,
        Kind.Shared => SourceKind.Shared,
        Kind.Group => SourceKind.Group,
        Kind.Encrypted => SourceKind.Encrypted,
        _ => SourceKind.External,
    };

    private static SourceFate FateOf(DeleteSourceReply.Types.Outcome outcome) => outcome switch
    {
        DeleteSourceReply.Types.Outcome.Deleted => SourceFate.Deleted,
        DeleteSourceReply.Types.Outcome.Gone => SourceFate.Gone,
        DeleteSourceReply.Types.Outcome.Changed => SourceFate.Changed,
        DeleteSourceReply.Types.Outcome.NotOwn => SourceFate.NotOwn,
        DeleteSourceReply.Types.Outcome.NotEmpty => SourceFate.NotEmpty,
        DeleteSourceReply.Types.Outcome.NotInDrive => SourceFate.NotInDrive,
        _ => throw new FaultException(Fault.Internal, "the file service answered an outcome that is not known here"),
    };

    private static FileOutcome OutcomeOf(FetchReply.Types.Outcome outcome) => outcome switch
    {
        FetchReply.Types.Outcome.Imported => FileOutcome.Imported,
        FetchReply.Types.Outcome.AlreadyThere => FileOutcome.AlreadyThere,
        FetchReply.Types.Outcome.Renamed => FileOutcome.Renamed,
        _ => throw new FaultException(Fault.Internal, "the file service answered an outcome that is not known here"),
    };
}

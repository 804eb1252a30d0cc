using Grpc.Core;
using Migration.Migrations;
using Protos;
using Shared.Access;
using Shared.Errors;
using Shared.Faults;

namespace Migration.Tests.Fakes;

/// <summary>The other service's side of protos/transfers.proto, before a <see cref="FakeRemote"/>.</summary>
internal sealed class FakeTransfers(FakeRemote remote) : Transfers.TransfersBase
{
    public override async Task<ProbeReply> Probe(ProbeRequest request, ServerCallContext context) =>
        new() { UserId = await remote.ProbeAsync(InstanceOf(context), new(request.Url, request.Login, request.Password), context.CancellationToken) };

    public override async Task<SaveAccountReply> SaveAccount(SaveAccountRequest request, ServerCallContext context) => new()
    {
        AccountId = await remote.SaveAccountAsync(
            InstanceOf(context), new(request.Url, request.Login, request.Password), request.UserId, context.CancellationToken),
    };

    public override async Task<GetSpaceReply> GetSpace(GetSpaceRequest request, ServerCallContext context)
    {
        var reply = new GetSpaceReply { Used = 1000 };
        if (await remote.GetFreeSpaceAsync(InstanceOf(context), context.CancellationToken) is { } free)
        {
            reply.Quota = 1000 + free;
        }

        return reply;
    }

    public override async Task<GetSizeReply> GetSize(ListRequest request, ServerCallContext context)
    {
        var (instance, folder, ct) = (InstanceOf(context), CleanPath.Exact(request.Path)!, context.CancellationToken);
        var size = request.Visitor is { } visitor
            ? await remote.GetSizeAsync(instance, Of(visitor), folder, ct)
            : await remote.GetSizeAsync(instance, request.AccountId, folder, ct);
        return new() { Size = size.Bytes, Kind = Enum.Parse<Kind>(size.Kind.ToString()) };
    }

    public override async Task List(ListRequest request, IServerStreamWriter<RemoteEntry> responseStream, ServerCallContext context)
    {
        var (instance, folder, ct) = (InstanceOf(context), CleanPath.Exact(request.Path)!, context.CancellationToken);
        if (request.Visitor is { } visitor)
        {
            await foreach (var (entry, taken) in remote.SurveyAsync(instance, Of(visitor), folder, CleanPath.Exact(request.TargetDir)!, ct))
            {
                var message = Write(entry);
                message.Taken = Enum.Parse<RemoteEntry.Types.Taken>(taken.ToString());
                await responseStream.WriteAsync(message, ct);
            }

            return;
        }

        await foreach (var entry in remote.ListAsync(instance, request.AccountId, folder, ct))
        {
            await responseStream.WriteAsync(Write(entry), ct);
        }
    }

    private static Migrations.Visitor Of(Protos.Visitor visitor) => new(new(visitor.Url, visitor.Login, visitor.Password), visitor.UserId);

    private static RemoteEntry Write(SourceEntry entry)
    {
        var message = new RemoteEntry
        {
            Id = entry.Id, Path = entry.Path.ToString(), IsFolder = entry.IsFolder, Size = entry.Size, Etag = entry.ETag,
            Kind = Enum.Parse<Kind>(entry.Kind.ToString()), Favorite = entry.IsFavorite,
        };
        if (entry.ModifiedAt is { } time)
        {
            message.ModifiedAt = time;
        }

        return message;
    }

    public override async Task<MakeDirectoryReply> MakeDirectory(MakeDirectoryRequest request, ServerCallContext context) => new()
    {
        Id = await remote.MakeDirectoryAsync(
            InstanceOf(context), CleanPath.Exact(request.Path)!, new("", CleanPath.Root, true, 0, "", request.HasModifiedAt ? request.ModifiedAt : null) { IsFavorite = request.Favorite }, context.CancellationToken),
    };

    public override async Task Fetch(FetchRequest request, IServerStreamWriter<FetchReply> responseStream, ServerCallContext context)
    {
        var source = request.Source;
        var entry = new SourceEntry(
            source.Id, CleanPath.Exact(source.Path)!, source.IsFolder, source.Size, source.Etag, source.HasModifiedAt ? source.ModifiedAt : null)
        {
            IsFavorite = source.Favorite,
        };
        Assert.Equal(entry.Path.Name, request.Name);
        var arriving = new Arriving(responseStream);
        var done = await remote.FetchAsync(InstanceOf(context), request.AccountId, entry, request.DirectoryId, request.WithHash, arriving, context.CancellationToken);
        await arriving.ToldAsync();
        await responseStream.WriteAsync(new()
        {
            Outcome = done.Outcome switch
            {
                FileOutcome.Imported => FetchReply.Types.Outcome.Imported,
                FileOutcome.AlreadyThere => FetchReply.Types.Outcome.AlreadyThere,
                _ => FetchReply.Types.Outcome.Renamed,
            },
            FileId = done.FileId,
            Name = done.Name,
            Size = done.Size,
            Sha256 = done.Sha256,
            Md5 = done.Md5,
            Etag = done.ETag,
            Proof = Enum.Parse<FetchReply.Types.Proof>(done.Proof.ToString()),
        });
    }

    public override async Task<CheckCopiesReply> CheckCopies(CheckCopiesRequest request, ServerCallContext context)
    {
        var states = await remote.CheckCopiesAsync(
            InstanceOf(context),
            [.. request.Copies.Select(copy => new KnownCopy(copy.Id, copy.Sha256, copy.Path.Length > 0 ? (CleanPath.Exact(copy.FormerPath)!, CleanPath.Exact(copy.Path)!) : null))],
            context.CancellationToken);
        return new() { States = { states.Select(state => Enum.Parse<CheckCopiesReply.Types.State>(state.ToString())) } };
    }

    public override async Task<IdentifyReply> Identify(IdentifyRequest request, ServerCallContext context)
    {
        var owner = await remote.IdentifyAsync(InstanceOf(context), request.AccountId, context.CancellationToken);
        return new() { Url = owner.Address, UserId = owner.UserId };
    }

    public override async Task<CheckUpReply> CheckUp(CheckUpRequest request, ServerCallContext context)
    {
        await remote.CheckUpAsync(InstanceOf(context), request.AccountId, context.CancellationToken);
        return new();
    }

    public override async Task<RenewPasswordReply> RenewPassword(RenewPasswordRequest request, ServerCallContext context)
    {
        await remote.RenewPasswordAsync(InstanceOf(context), request.AccountId, request.UserId, request.Password, context.CancellationToken);
        return new();
    }

    public override async Task<DeleteSourceReply> DeleteSource(DeleteSourceRequest request, ServerCallContext context)
    {
        var source = request.Source;
        var entry = new SourceEntry(
            source.Id, CleanPath.Exact(source.Path)!, source.IsFolder, source.Size, source.Etag, source.HasModifiedAt ? source.ModifiedAt : null);
        var fate = await remote.DeleteSourceAsync(
            InstanceOf(context), request.AccountId, new(0, entry, request.FileId, request.Sha256), context.CancellationToken);
        return new() { Outcome = Enum.Parse<DeleteSourceReply.Types.Outcome>(fate.ToString()) };
    }

    private static string InstanceOf(ServerCallContext context)
    {
        var caller = context.GetHttpContext().Caller();
        Assert.Equal((Audiences.Service, "migration"), (caller.Audience, caller.Subject));
        return caller.Instance.Domain;
    }

    /// <summary>Says each word after the one before.</summary>
    private sealed class Arriving(IServerStreamWriter<FetchReply> replies) : IProgress<long>
    {
        private Task told = Task.CompletedTask;

        public void Report(long value) => told = TellAsync(told, value);

        public Task ToldAsync() => told;

        private async Task TellAsync(Task before, long value)
        {
            await before;
            await replies.WriteAsync(new() { Arrived = value });
        }
    }
}

/// <summary>The other service's side of protos/instances.proto.</summary>
internal sealed class FakeInstances(IInstances instances) : Instances.InstancesBase
{
    public override async Task<InstanceReply> Find(FindInstanceRequest request, ServerCallContext context)
    {
        var instance = await instances.FindAsync(request.Domain, context.CancellationToken)
            ?? throw new FaultException(Fault.NotFound, "Instance not found");
        return new() { Domain = instance.Domain, Locale = instance.Locale, TokenSalt = instance.TokenSalt };
    }
}

/// <summary>Two instances.</summary>
internal sealed class TwoInstances : IInstances
{
    public static readonly Instance Alma = new(Rig.Instance, "en", "salt of alma");

    public static readonly Instance Other = new("other.example:8080", "en", "salt of the other");

    public Task<Instance?> FindAsync(string domain, CancellationToken ct) =>
        Task.FromResult(domain == Alma.Domain ? Alma : domain == Other.Domain ? Other : null);
}

using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Protos;
using RemoteFiles.Files;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Rpc;

/// <summary>The door of protos/settings.proto: what web apps ask about their instance (cozy-api section 10).</summary>
internal sealed class SettingsService(IFileTrees trees, IOptions<SettingsOptions> options) : Protos.Settings.SettingsBase
{
    private const string Doctype = "io.cozy.settings";

    public override async Task<DiskUsageDocument> GetDiskUsage(GetDiskUsageRequest request, ServerCallContext context)
    {
        var caller = context.GetHttpContext().Caller();
        var id = IdOf("disk-usage");
        if (!caller.Permissions!.AllowsDocument("GET", Doctype, id) && !caller.Permissions.AllowsSome("POST", "io.cozy.files"))
        {
            throw new AccessException(Fault.Forbidden, "Forbidden");
        }

        var drive = trees.Drive(caller.Instance.Domain);
        var space = await drive.GetSpaceAsync(context.CancellationToken);

        // Old contents are not kept: all that is used are files.
        var usage = new DiskUsage { Used = Text(space.Used), Files = Text(space.Used), Versions = "0" };
        if (space.Quota is { } quota)
        {
            usage.Quota = Text(quota);
        }

        if (request.Include == "trash")
        {
            usage.Trash = Text((await drive.FindAsync(ICozyDrive.TrashId, context.CancellationToken))?.Size ?? 0);
        }

        return new() { Data = new() { Type = Doctype, Id = id, Attributes = usage, Meta = new(), Links = SelfOf("disk-usage") } };
    }

    public override Task<InstanceDocument> GetInstance(GetSettingsRequest request, ServerCallContext context)
    {
        var instance = context.GetHttpContext().Instance();

        // Empty is what this server does not know of an instance; no instance here is without a passphrase.
        var attributes = new InstanceAttributes
        {
            Locale = instance.Locale,
            PublicName = instance.UserId,
            OnboardingFinished = true,
            PasswordDefined = true,
            AuthMode = "basic",
            Context = options.Value.ContextName,
        };
        var rev = "1-" + Convert.ToHexStringLower(SHA256.HashData(attributes.ToByteArray())[..16]);
        return Task.FromResult(new InstanceDocument
        {
            Data = new() { Type = Doctype, Id = IdOf("instance"), Attributes = attributes, Meta = new() { Rev = rev }, Links = SelfOf("instance") },
        });
    }

    public override Task<CapabilitiesDocument> GetCapabilities(GetSettingsRequest request, ServerCallContext context) =>
        Task.FromResult(new CapabilitiesDocument
        {
            Data = new()
            {
                Type = Doctype,
                Id = IdOf("capabilities"),
                Attributes = new() { CanAuthWithPassword = true },
                Meta = new(),
                Links = SelfOf("capabilities"),
            },
        });

    public override Task<ContextDocument> GetContext(GetSettingsRequest request, ServerCallContext context)
    {
        var resource = new ContextResource { Type = Doctype, Id = IdOf("context"), Meta = new(), Links = SelfOf("context") };
        resource.Attributes.Add(options.Value.Context);
        return Task.FromResult(new ContextDocument { Data = resource });
    }

    public override Task<FlagsDocument> GetFlags(GetSettingsRequest request, ServerCallContext context)
    {
        var resource = new FlagsResource { Type = Doctype, Id = IdOf("flags"), Meta = new(), Links = SelfOf("flags") };
        resource.Attributes.Add(options.Value.Flags);
        return Task.FromResult(new FlagsDocument { Data = resource });
    }

    private static string IdOf(string name) => $"{Doctype}.{name}";

    private static Links SelfOf(string name) => new() { Self = "/settings/" + name };

    private static string Text(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}

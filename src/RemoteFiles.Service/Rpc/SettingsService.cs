using System.Globalization;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Protos;
using RemoteFiles.Files;
using RemoteFiles.Instances;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Rpc;

/// <summary>The door of protos/settings.proto: what web apps ask about their instance (cozy-api section 10).</summary>
internal sealed class SettingsService(IFileTrees trees, InstanceProfiles profiles, IOptions<SettingsOptions> options) : Protos.Settings.SettingsBase
{
    private const string Doctype = "io.cozy.settings";
    private const int MostLength = 1000;

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

    public override async Task<InstanceDocument> GetInstance(GetSettingsRequest request, ServerCallContext context)
    {
        var domain = context.GetHttpContext().Instance().Domain;
        return Document(context, await profiles.GetAsync(domain, context.CancellationToken));
    }

    /// <summary>What a client does not name stays; what is the operator's stays whatever it says.</summary>
    public override async Task<InstanceDocument> ChangeInstance(ChangeInstanceRequest request, ServerCallContext context)
    {
        var caller = context.GetHttpContext().Caller();
        if (!caller.Permissions!.AllowsDocument("PUT", Doctype, IdOf("instance")))
        {
            throw new AccessException(Fault.Forbidden, "Forbidden");
        }

        var data = request.Document?.Data ?? throw Malformed();
        var asked = data.Attributes ?? throw Malformed();
        var known = await profiles.GetAsync(caller.Instance.Domain, context.CancellationToken);
        var profile = known.Profile with
        {
            Email = asked.HasEmail ? Line(asked.Email) : known.Profile.Email,
            PublicName = asked.HasPublicName ? Line(asked.PublicName) : known.Profile.PublicName,
            Tz = asked.HasTz ? Line(asked.Tz) : known.Profile.Tz,
            DefaultRedirection = asked.HasDefaultRedirection ? Line(asked.DefaultRedirection) : known.Profile.DefaultRedirection,
            AutoUpdate = asked.HasAutoUpdate ? asked.AutoUpdate : known.Profile.AutoUpdate,
        };
        var locale = asked.HasLocale && asked.Locale.Length > 0 ? Line(asked.Locale) : known.Locale;
        var changed = await profiles.UpdateAsync(caller.Instance.Domain, new(locale, profile, data.Meta?.Rev ?? ""), context.CancellationToken);
        return Document(context, changed);
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

    // No instance here is without a passphrase.
    private InstanceDocument Document(ServerCallContext context, ProfileDocument document)
    {
        var (locale, profile, rev) = document;
        var attributes = new InstanceAttributes
        {
            Locale = locale,
            Email = profile.Email,
            PublicName = profile.PublicName.Length > 0 ? profile.PublicName : context.GetHttpContext().Instance().UserId,
            Tz = profile.Tz,
            OnboardingFinished = true,
            PasswordDefined = true,
            AutoUpdate = profile.AutoUpdate,
            AuthMode = "basic",
            Tos = profile.Tos,
            TosLatest = profile.TosLatest,
            Uuid = profile.Uuid,
            OidcId = profile.OidcId,
            OrgDomain = profile.OrgDomain,
            OrgId = profile.OrgId,
            Context = profile.Context.Length > 0 ? profile.Context : options.Value.ContextName,
            DefaultRedirection = profile.DefaultRedirection,
        };
        return new()
        {
            Data = new() { Type = Doctype, Id = IdOf("instance"), Attributes = attributes, Meta = new() { Rev = rev }, Links = SelfOf("instance") },
        };
    }

    private static string Line(string text) => text.Length <= MostLength && !text.Any(char.IsControl) ? text : throw Malformed();

    private static FaultException Malformed() => new(Fault.Malformed, "JSON input is malformed or is missing mandatory fields");

    private static string IdOf(string name) => $"{Doctype}.{name}";

    private static Links SelfOf(string name) => new() { Self = "/settings/" + name };

    private static string Text(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}

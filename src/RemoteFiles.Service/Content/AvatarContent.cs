using System.Text;
using System.Text.Encodings.Web;
using RemoteFiles.Instances;
using Rpc.OpenApi;
using Rpc.Transcoding;
using Shared.Access;

namespace RemoteFiles.Content;

/// <summary>GET /public/avatar: the initials of whoever the instance belongs to, for anyone (cozy-api section 10).</summary>
internal static class AvatarContent
{
    public static void MapAvatar(this WebApplication app) => app.MapRaw("GET", "/public/avatar", AnswerAsync)
        .WithMetadata(Admission.Public)
        .Describe("The initials of whoever the instance belongs to, for anyone.")
        .Answers(StatusCodes.Status200OK, "image/svg+xml");

    private static async Task AnswerAsync(HttpContext context)
    {
        var instance = context.Instance();
        var profiles = context.RequestServices.GetRequiredService<InstanceProfiles>();
        var name = (await profiles.GetAsync(instance.Domain, context.RequestAborted)).Profile.PublicName;
        var initials = InitialsOf(name.Length > 0 ? name : instance.UserId);
        var response = context.Response;
        response.ContentType = "image/svg+xml";
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await response.WriteAsync(
                $"""
                <svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128"><circle cx="64" cy="64" r="64" fill="#1f7ae0"/><text x="64" y="64" fill="#fff" font-family="sans-serif" font-size="56" text-anchor="middle" dominant-baseline="central">{HtmlEncoder.Default.Encode(initials)}</text></svg>
                """,
                context.RequestAborted);
        }
    }

    // Of the first word and the last.
    private static string InitialsOf(string name)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var first = words.Take(1).Concat(words.Skip(1).TakeLast(1)).Select(word => word.EnumerateRunes().First());
        return string.Concat(first.Select(Rune.ToUpperInvariant));
    }
}

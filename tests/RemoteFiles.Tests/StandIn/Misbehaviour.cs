using Microsoft.AspNetCore.Http;

namespace StandIn;

/// <summary>What happens in place of, or around, the usual answer, which <paramref name="usual"/> gives.</summary>
internal delegate Task Misbehaviour(HttpContext context, Func<Task> usual);

/// <summary>What servers, and those who stand between, do to a client.</summary>
internal static class Misbehave
{
    /// <summary>Only a status, and a few words as text.</summary>
    public static Misbehaviour Status(int status, string text = "") => (context, _) => TextAsync(context, status, "text/plain", text);

    /// <summary>As Sabre tells of an exception.</summary>
    public static Misbehaviour Exception(int status, string exception, string message) =>
        (context, _) => SabreAnswer.WriteAsync(context, status, exception, message);

    /// <summary>200 and a web page, as the sign-in of a hotel's network sends it.</summary>
    public static Misbehaviour Html() =>
        (context, _) => TextAsync(context, 200, "text/html; charset=UTF-8", "<!DOCTYPE html><html><head><title>Sign in</title></head><body><br>Welcome</body></html>");

    public static Misbehaviour Redirect(string location) => (context, _) =>
    {
        context.Response.Headers.Location = location;
        return TextAsync(context, 302, "text/html", "");
    };

    /// <summary>As during an upgrade.</summary>
    public static Misbehaviour Maintenance() => (context, _) =>
    {
        context.Response.Headers["X-Nextcloud-Maintenance-Mode"] = "1";
        context.Response.Headers.RetryAfter = "120";
        return SabreAnswer.WriteAsync(context, 503, "ServiceUnavailable", "System is in maintenance mode.");
    };

    /// <summary>The connection ends without an answer.</summary>
    public static Misbehaviour HangUp() => (context, _) =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    /// <summary>The usual answer, but the connection breaks after so many bytes of its body, and not before <paramref name="until"/>.</summary>
    public static Misbehaviour CutAfter(long bytes, Task? until = null) => (context, usual) => ShortenAsync(context, usual, bytes, async () =>
    {
        await context.Response.Body.FlushAsync();
        await (until ?? Task.CompletedTask);
        context.Abort();
    });

    /// <summary>The usual answer, but its body ends after so many bytes, cleanly: only who knows what must come can notice.</summary>
    public static Misbehaviour EndAfter(long bytes) => (context, usual) =>
    {
        context.Response.OnStarting(() =>
        {
            context.Response.ContentLength = null;
            return Task.CompletedTask;
        });
        return ShortenAsync(context, usual, bytes, () => Task.CompletedTask);
    };

    /// <summary>The usual answer, under a wrong Content-Length: the connection breaks when the bytes run out.</summary>
    public static Misbehaviour ClaimLength(long length) => async (context, usual) =>
    {
        context.Response.OnStarting(() =>
        {
            context.Response.ContentLength = length;
            return Task.CompletedTask;
        });
        await usual();
    };

    /// <summary>Something else happens first: another client was faster.</summary>
    public static Misbehaviour After(Action first) => (_, usual) =>
    {
        first();
        return usual();
    };

    /// <summary>The usual answer, but not before <paramref name="until"/>.</summary>
    public static Misbehaviour Wait(Task until) => async (context, usual) =>
    {
        await until.WaitAsync(context.RequestAborted);
        await usual();
    };

    private static async Task ShortenAsync(HttpContext context, Func<Task> usual, long bytes, Func<Task> end)
    {
        var whole = context.Response.Body;
        await using var shortened = new ShortenedBody(whole, bytes);
        context.Response.Body = shortened;
        try
        {
            await usual();
        }
        finally
        {
            context.Response.Body = whole;
        }

        await end();
    }

    private static Task TextAsync(HttpContext context, int status, string type, string text)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, type);
        return context.Response.WriteAsync(text);
    }
}

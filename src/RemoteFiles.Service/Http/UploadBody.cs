using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using RemoteFiles.Files;
using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Http;

/// <summary>The body of an upload: of any size, at any pace, but a sender who falls silent is not waited for.</summary>
internal sealed class UploadBody(Stream body, TimeSpan patience, TimeProvider clock, CancellationToken ct) : ReadingStream
{
    private readonly Silence silence = new(clock, ct);

    /// <summary>The body of this request, until its answer is complete.</summary>
    public static UploadBody Of(HttpContext context)
    {
        var services = context.RequestServices;
        var patience = services.GetRequiredService<IOptions<UploadOptions>>().Value.Silence;
        var body = new UploadBody(context.Request.Body, patience, services.GetRequiredService<TimeProvider>(), context.RequestAborted);
        context.Response.RegisterForDispose(body);
        return body;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var caller = silence.Watch(cancellationToken);
        silence.Restart(patience);
        try
        {
            return await body.ReadAsync(buffer, silence.Token);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            silence.ThrowIfGivenUp();
            throw new FaultException(Fault.Malformed, "the upload fell silent before its end");
        }
        finally
        {
            silence.Stop();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            silence.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Section "Upload".</summary>
internal sealed class UploadOptions
{
    /// <summary>The longest pause of a sender; restarted at every block.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan Silence { get; set; } = TimeSpan.FromMinutes(2);
}

using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace Edge;

/// <summary>
/// Acknowledges the head of a request at once when a body follows: clients made with Qt hold the body back until then (RFC 896),
/// and Linux would wait 40 ms for something to send the acknowledgement with (RFC 1122 section 4.2.3.2).
/// </summary>
internal static class PromptHead
{
    // linux/tcp.h
    private const int Tcp = 6;
    private const int QuickAck = 12;
    private static readonly byte[] On = BitConverter.GetBytes(1);

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (OperatingSystem.IsLinux() && context.Request.ContentLength > 0)
        {
            try
            {
                context.Features.Get<IConnectionSocketFeature>()?.Socket.SetRawSocketOption(Tcp, QuickAck, On);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The sender is gone: whoever reads the body will see.
            }
        }

        return next(context);
    }
}

using System.Net;
using System.Net.Sockets;

namespace Tests;

/// <summary>A port for a process that is still to start: below those that the system gives to connections (32768 on), which might take it meanwhile.</summary>
internal static class FreePort
{
    private const int First = 12_000;
    private const int Count = 20_000;
    private static int taken = Environment.ProcessId * 97 % Count;

    public static int Take()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref taken) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's.
            }
        }
    }
}

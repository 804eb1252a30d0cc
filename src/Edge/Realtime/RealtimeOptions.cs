using System.ComponentModel.DataAnnotations;

namespace Edge.Realtime;

/// <summary>Section "Realtime": the patience and the limits of websockets. Times as the contract has them (cozy-api 11.1).</summary>
internal sealed class RealtimeOptions
{
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(54);

    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan PongTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>For one message to a client that does not read.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For a client to say who it is.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan AuthTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of one message of a client; its token is in one.</summary>
    [Range(1024, 1 << 20)]
    public int MostBytes { get; set; } = 64 << 10;

    /// <summary>Sockets open at the same time.</summary>
    [Range(1, 1_000_000)]
    public int MostSockets { get; set; } = 20_000;
}

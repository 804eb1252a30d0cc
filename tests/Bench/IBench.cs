namespace Bench;

/// <summary>One thing that is measured, against whoever else does it.</summary>
internal interface IBench
{
    string Name { get; }

    /// <summary>One line, for whoever asks what there is.</summary>
    string Summary { get; }

    /// <summary>Measures and prints.</summary>
    Task RunAsync(string[] arguments, CancellationToken ct);
}

namespace Shared.Hosting;

/// <summary>On an endpoint whose answers are text, and compressed for whoever asks; those of proto methods always are.</summary>
internal sealed record Compressed;

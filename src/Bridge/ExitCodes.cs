namespace Bridge;

/// <summary>What a command's exit code says to the script that ran it.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The server refused, or could not be asked; the message says why.</summary>
    public const int Refused = 1;

    /// <summary>The command line itself is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The migration ended, and some files did not arrive.</summary>
    public const int Partial = 3;

    /// <summary>The migration failed.</summary>
    public const int Failed = 4;

    /// <summary>The migration was canceled.</summary>
    public const int Canceled = 5;

    /// <summary>Stored contents are missing or damaged.</summary>
    public const int Damaged = 6;

    /// <summary>The command was stopped by a signal (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends a command with a message for the person who typed it: what is wrong, and what to do.</summary>
internal class CommandException(string message) : Exception(message)
{
    public int ExitCode { get; init; } = ExitCodes.Refused;
}

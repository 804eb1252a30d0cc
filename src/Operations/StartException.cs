namespace Operations;

/// <summary>What the operator has to change before this program can start; the message names the setting, and is all that is told.</summary>
public class StartException(string message, Exception? inner = null) : Exception(message, inner);

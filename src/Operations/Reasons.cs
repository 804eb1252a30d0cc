namespace Operations;

/// <summary>Why something failed, for a log.</summary>
public static class Reasons
{
    /// <summary>In one line: what failed, and what that began with. "None of the specified endpoints were reachable" alone tells no operator anything.</summary>
    public static string Reason(this Exception error)
    {
        var first = error.GetBaseException().Message;
        return (error.Message.Contains(first, StringComparison.Ordinal) ? error.Message : $"{error.Message.TrimEnd('.')}: {first}").ReplaceLineEndings(" ");
    }
}

namespace Shared.Storage;

/// <summary>How soon a write is to begin.</summary>
internal enum Haste
{
    /// <summary>With what has gathered while the commit before it went to disk.</summary>
    Soon,

    /// <summary>Now: its caller has nothing else to do. If nobody else is at work or about to be, no other thread has to wake up for it.</summary>
    Here,

    /// <summary>With others that come one after the other, as the small files of a copy do: it waits a moment for them, and a commit for each is saved. It is small: little has to be kept to undo it.</summary>
    Patient,
}

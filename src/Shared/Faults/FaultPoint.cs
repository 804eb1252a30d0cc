using System.Diagnostics;
using System.Globalization;

namespace Shared.Faults;

/// <summary>
/// The moments at which the end of a process would hurt most, each with a name: a test has it end there, and looks what is left.
/// Without the environment variable a point costs one comparison.
/// </summary>
internal static class FaultPoint
{
    /// <summary><c>name</c>, or <c>name:3</c> for the third time that it is passed.</summary>
    public const string Variable = "BRIDGE_FAULT_POINT";

    public const string BlobReceived = "blob.received";
    public const string BlobStored = "blob.stored";
    public const string PartStored = "part.stored";
    public const string FileCommitted = "file.committed";
    public const string LeaseTaken = "lease.taken";
    public const string DirectoryMade = "directory.made";
    public const string LedgerDue = "ledger.due";
    public const string LedgerWritten = "ledger.written";
    public const string WaitWritten = "wait.written";
    public const string EndDue = "end.due";
    public const string EndWritten = "end.written";

    public static readonly IReadOnlyList<string> All =
    [
        BlobReceived, BlobStored, PartStored, FileCommitted, LeaseTaken, DirectoryMade, LedgerDue, LedgerWritten, WaitWritten, EndDue, EndWritten,
    ];

    private static readonly string? Armed = Environment.GetEnvironmentVariable(Variable)?.Split(':')[0];
    private static int passed;

    public static void Pass(string name)
    {
        if (Armed is not null && Armed == name)
        {
            EndWhenDue();
        }
    }

    private static void EndWhenDue()
    {
        var due = Environment.GetEnvironmentVariable(Variable)!.Split(':') is [_, var times] ? int.Parse(times, CultureInfo.InvariantCulture) : 1;
        if (Interlocked.Increment(ref passed) == due)
        {
            // SIGKILL: nothing is flushed, nothing is released.
            Process.GetCurrentProcess().Kill();
        }
    }
}

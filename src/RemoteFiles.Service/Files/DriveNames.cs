using System.Buffers;
using System.Text;
using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>What the Cozy takes as a name: Unicode text, not empty, not a dot path, no slash, NUL, CR or LF.</summary>
internal static class DriveNames
{
    public static string Check(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\0\r\n") < 0 && IsUnicode(name)
            ? name
            : throw new FaultException(Fault.Invalid, "Invalid filename: empty or contains an illegal character") { Parameter = "name" };

    // Half a surrogate pair has no UTF-8: it would be stored as another name.
    private static bool IsUnicode(ReadOnlySpan<char> name)
    {
        while (Rune.DecodeFromUtf16(name, out _, out var length) == OperationStatus.Done)
        {
            name = name[length..];
        }

        return name.IsEmpty;
    }
}

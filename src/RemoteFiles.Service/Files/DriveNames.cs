using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>What the Cozy takes as a name: not empty, not a dot path, no slash, NUL, CR or LF.</summary>
internal static class DriveNames
{
    public static string Check(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny('/', '\0', '\r', '\n') < 0
            ? name
            : throw new FaultException(Fault.Invalid, "Invalid filename: empty or contains an illegal character") { Parameter = "name" };
}

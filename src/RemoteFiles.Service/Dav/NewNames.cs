using System.Text;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>Names that are refused here, in a way that clients put on their list of files to leave alone.</summary>
internal static class NewNames
{
    private const int MostBytes = 250;

    public static FilePath Check(FilePath path) =>
        path.Name.Contains('\\', StringComparison.Ordinal) ? throw Refused("a name holds a backslash")
        : Encoding.UTF8.GetByteCount(path.Name) > MostBytes ? throw Refused("a name is too long")
        : path;

    private static FaultException Refused(string why) => new(Fault.Invalid, why) { Parameter = "name" };
}

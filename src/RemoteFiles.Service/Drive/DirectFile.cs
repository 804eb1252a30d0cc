using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RemoteFiles.Drive;

/// <summary>
/// Writing past the memory of the system (O_DIRECT of open(2)): a copy of gigabytes, which nobody is about to read, neither
/// drives out what others read nor waits at its end until all of it has left that memory.
/// </summary>
internal static class DirectFile
{
    /// <summary>Offset, length and memory of a direct write are multiples of this, or of a divisor of it.</summary>
    public const int Alignment = 4096;

    private const int SetFlags = 4; // F_SETFL
    private const int Buffered = 0;
    private static readonly int Direct = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x10000 : 0x4000;

    /// <summary>False where the system or the file system has no such thing.</summary>
    public static bool TryBegin(SafeFileHandle file) => OperatingSystem.IsLinux() && Control(file, SetFlags, Direct) == 0;

    public static void End(SafeFileHandle file) => _ = Control(file, SetFlags, Buffered);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static extern int Control(SafeFileHandle file, int command, int argument);
}

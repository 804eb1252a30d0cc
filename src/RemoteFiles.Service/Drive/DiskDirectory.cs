using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RemoteFiles.Drive;

/// <summary>Directories whose entries survive a power cut. A file that is flushed may still be lost with its name: fsync(2), notes.</summary>
internal static class DiskDirectory
{
    private const int ReadOnly = 0;
    private const int Unsupported = 22; // EINVAL: a file system that keeps no such promise
    private const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT: the operating system's, of this process

    /// <summary>Makes a directory and those missing above it, below a root that exists.</summary>
    public static void Create(string directory, string root)
    {
        if (Directory.Exists(directory) || directory == root)
        {
            return;
        }

        var parent = Path.GetDirectoryName(directory)!;
        Create(parent, root);
        Directory.CreateDirectory(directory);
        Flush(parent);
    }

    /// <summary>Whether a write failed as there is no room left for it on the disk.</summary>
    public static bool IsFull(Exception error) => OperatingSystem.IsLinux() && error is IOException { HResult: NoSpace or OverQuota };

    /// <summary>Puts the names in a directory on disk; Windows does so by itself.</summary>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"open {directory}", new Win32Exception(Marshal.GetLastPInvokeError()));
        }

        try
        {
            if (Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() is var error and not Unsupported)
            {
                throw new IOException($"fsync {directory}", new Win32Exception(error));
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}

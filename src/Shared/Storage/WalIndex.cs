using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Shared.Storage;

/// <summary>
/// What the processes that have a file of SQLite open share of its log (sqlite.org/walformat.html, section 2): by the head of it each
/// connection knows whether what it has read before is still so, and so do we, without a lock. Read while its connection is open.
/// </summary>
internal sealed class WalIndex
{
    // sqlite3.h
    private const int FilePointer = 7;
    private const int ShmMapOfMethods = 13;
    private const int RegionSize = 32 * 1024;
    private const int HeadSize = 48;

    private readonly nint head;

    private WalIndex(nint head) => this.head = head;

    /// <summary>Null where there is none yet.</summary>
    public static WalIndex? Of(SqliteConnection connection)
    {
        using var mode = new SqliteCommand("PRAGMA journal_mode", connection);
        using var any = new SqliteCommand("SELECT COUNT(*) FROM sqlite_master", connection);
        if (mode.ExecuteScalar() is not "wal" || any.ExecuteScalar() is null || FileControl(connection.Handle!, "main", FilePointer, out var file) != raw.SQLITE_OK)
        {
            return null;
        }

        var methods = Marshal.ReadIntPtr(file);
        var map = Marshal.GetDelegateForFunctionPointer<ShmMap>(Marshal.ReadIntPtr(methods, ShmMapOfMethods * nint.Size));
        return map(file, 0, RegionSize, 0, out var region) == raw.SQLITE_OK && region != 0 ? new(region) : null;
    }

    /// <summary>The last commit; null while another one is being told.</summary>
    public CommitMark? Read()
    {
        // The writer changes the second copy, then the first.
        var mark = At(0);
        Interlocked.MemoryBarrier();
        return mark == At(HeadSize) && mark != default ? mark : null;
    }

    private CommitMark At(int offset) => new(
        Marshal.ReadInt64(head, offset + 8), Marshal.ReadInt64(head, offset + 16), Marshal.ReadInt64(head, offset + 24), Marshal.ReadInt64(head, offset + 32));

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int ShmMap(nint file, int region, int size, int extend, out nint address);

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", CallingConvention = CallingConvention.Cdecl, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int FileControl(sqlite3 database, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int operation, out nint file);
}

/// <summary>A commit of SQLite: its number, the pages of the log and of the file, the checksum of what was written last, and the salt of the log.</summary>
internal readonly record struct CommitMark(long Number, long Pages, long Sum, long Salt);

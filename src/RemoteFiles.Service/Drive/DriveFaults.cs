using Shared.Faults;

namespace RemoteFiles.Drive;

/// <summary>What the drive refuses, in the words that the Cozy's clients know.</summary>
internal static class DriveFaults
{
    public static FaultException NotFound() => new(Fault.NotFound, "file does not exist");

    public static FaultException Taken() => new(Fault.AlreadyExists, "file already exists");

    public static FaultException NoParent() => new(Fault.ParentNotFound, "parent directory does not exist");

    public static FaultException UnknownFolder() => new(Fault.ParentNotFound, "Parent directory with given DirID does not exist");

    public static FaultException ParentInTrash() => new(Fault.ParentNotFound, "Parent directory is in the trash");

    public static FaultException InTrash() => new(Fault.Malformed, "File or directory is already in the trash");

    public static FaultException NotInTrash() => new(Fault.Malformed, "File or directory is not in the trash");

    public static FaultException OtherRevision() => new(Fault.PreconditionFailed, "Revision does not match") { Parameter = "If-Match" };

    public static FaultException BeforeCreation() => new(Fault.Invalid, "Invalid time given") { Parameter = "UpdatedAt" };

    public static FaultException Conflict() => new(Fault.Conflict, "Conflict access to same file or directory");

    public static FaultException WrongLength() => new(Fault.PreconditionFailed, "Content length does not match") { Parameter = "Content-Length" };

    public static FaultException DiskFull(Exception error) => new(Fault.OutOfSpace, "The server has no space left for this file", error);

    public static FaultException OutOfSpace() => new(Fault.OutOfSpace, "The file is too big and exceeds the disk quota");

    /// <summary>It would not pass by waiting; and it hinders nothing but this file.</summary>
    public static FaultException Damaged() => new(Fault.BadGateway, "the stored file is damaged");

    public static FaultException TooManyLevels() => new(Fault.Invalid, "Invalid path: too many levels") { Parameter = "path" };

    /// <summary>The root and the trash stay where they are.</summary>
    public static FaultException Fixed() => new(Fault.Forbidden, "the root and the trash cannot be moved or deleted");

    public static FaultException ForbiddenMove() => new(Fault.PreconditionFailed, "Forbidden document move") { Parameter = "dir-id" };
}

namespace Shared.Faults;

/// <summary>Everything that can go wrong for a caller; <see cref="FaultTable"/> says how each protocol tells it.</summary>
internal enum Fault
{
    /// <summary>The request cannot be understood.</summary>
    Malformed,

    /// <summary>A value of the request is understood and not allowed.</summary>
    Invalid,

    /// <summary>Nobody, or somebody with a bad password, is asking.</summary>
    Unauthenticated,

    Forbidden,
    NotFound,

    /// <summary>The folder that should hold the target is missing.</summary>
    ParentNotFound,

    MethodNotAllowed,

    /// <summary>The name is taken.</summary>
    AlreadyExists,

    /// <summary>What is there has another state than this command needs.</summary>
    Conflict,

    /// <summary>A condition or checksum of the request does not hold.</summary>
    PreconditionFailed,

    /// <summary>The quota of the drive, or of the remote server, is exhausted.</summary>
    OutOfSpace,

    /// <summary>The request is larger than this server reads.</summary>
    TooLarge,

    /// <summary>The body is of a kind that this address does not take.</summary>
    UnsupportedMediaType,

    Locked,

    /// <summary>Too many tries of the same kind; when to come again is said with it.</summary>
    TooManyRequests,

    /// <summary>The remote server is unreachable, or answers what its protocol does not allow.</summary>
    BadGateway,

    /// <summary>It changes while it is read, so that no whole version of it was seen.</summary>
    Changing,

    /// <summary>This server, or the remote one, cannot answer now; it may later.</summary>
    Unavailable,

    /// <summary>The remote server says that it is being maintained, and answers nobody meanwhile.</summary>
    Maintenance,

    /// <summary>The remote server has shut this account, whatever its password.</summary>
    AccountDisabled,

    /// <summary>A mistake of ours.</summary>
    Internal,
}

import Foundation

/// What tells whether a file has changed, without reading it.
struct FileStamp: Hashable {
    /// Which file it is.
    struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    let identity: Identity
    let size: Int64
    /// When the content was changed, in nanoseconds since 1970.
    private let modified: Int64
    /// When the content or the attributes were changed, in nanoseconds since 1970.
    private let changed: Int64

    init(_ status: stat) {
        identity = Identity(device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino))
        size = Int64(status.st_size)
        #if canImport(Darwin)
        (modified, changed) = (status.st_mtimespec.nanoseconds, status.st_ctimespec.nanoseconds)
        #else
        (modified, changed) = (status.st_mtim.nanoseconds, status.st_ctim.nanoseconds)
        #endif
    }

    /// Whether the file may be changed once more without a change of its stamp, because it was changed within two seconds
    /// before it was read: file systems store times in steps of up to two seconds.
    func isAmbiguous(readAt time: Int64) -> Bool {
        // Times in the future, of another clock, do not become later with another change.
        [modified, changed].contains { abs($0 &- time) < 2_000_000_000 }
    }
}

extension timespec {
    /// The time in nanoseconds.
    var nanoseconds: Int64 { Int64(tv_sec) &* 1_000_000_000 &+ Int64(tv_nsec) }

    /// The wall-clock time, which the stamps of files are compared with.
    static var now: timespec {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time
    }
}

extension POSIXError {
    /// The error of the last call.
    static var current: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }

    /// The operating system's words for the error.
    var reason: String { String(cString: strerror(code.rawValue)) }
}

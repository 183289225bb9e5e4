import Foundation

/// The files below a directory that can be meant as prompts, with what tells whether they have changed.
struct DirectoryScan {
    /// A file or a directory that cannot be read.
    struct Failure: Hashable {
        /// The path, relative to the root of the scan.
        let path: String
        /// The operating system's reason.
        let reason: String
    }

    /// How deep directories may be nested. Links can make a few directories appear very often.
    private static let maximumDepth = 32
    /// The greatest number of files and directories that are looked at.
    private static let maximumEntries = 1_000_000

    /// The stamps by path, relative to the root.
    private(set) var stamps: [String: FileStamp] = [:]
    /// The directories and files that could not be read.
    private(set) var failures: [Failure] = []
    private var entries = 0

    /// Scans a directory: every `.json` and `.md` file at any depth. Follows symbolic links, but no cycles; skips names
    /// that begin with a dot, and everything that is not a regular file.
    ///
    /// - Throws: `POSIXError` if the directory itself cannot be read.
    init(of root: String) throws(POSIXError) {
        var ancestors: [FileStamp.Identity] = []
        if let error = scan(root, at: "", &ancestors) { throw error }
    }

    /// Scans one directory. Returns why it cannot be read.
    private mutating func scan(
        _ directory: String,
        at path: String,
        _ ancestors: inout [FileStamp.Identity]
    ) -> POSIXError? {
        guard let handle = opendir(directory) else { return .current }
        defer { closedir(handle) }
        var status = stat()
        guard fstat(dirfd(handle), &status) == 0 else { return .current }
        let identity = FileStamp(status).identity
        guard !ancestors.contains(identity) else { return nil }
        ancestors.append(identity)
        defer { ancestors.removeLast() }
        while let entry = readdir(handle) {
            guard let name = entry.name, !name.hasPrefix(".") else { continue }
            entries += 1
            let isFile = name.hasSuffix(".json") || name.hasSuffix(".md")
            // Most file systems tell what is neither a directory nor a link, so that it need not be looked at.
            if !isFile, entry.isRegularFile { continue }
            let inner = path.isEmpty ? name : "\(path)/\(name)"
            guard entries <= Self.maximumEntries, ancestors.count < Self.maximumDepth else {
                failures.append(Failure(path: inner, reason: "there are too many files, or directories too deep"))
                return nil
            }
            guard fstatat(dirfd(handle), name, &status, 0) == 0 else {
                // It was removed in between, or is a link to nothing.
                if isFile, errno != ENOENT { failures.append(Failure(path: inner, reason: POSIXError.current.reason)) }
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                if let error = scan("\(directory)/\(name)", at: inner, &ancestors) {
                    failures.append(Failure(path: inner, reason: error.reason))
                }
            case S_IFREG where isFile: stamps[inner] = FileStamp(status)
            default: break
            }
        }
        return nil
    }
}

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
    let modified: Int64
    /// When the content or the attributes were changed, in nanoseconds since 1970.
    let changed: Int64

    init(_ status: stat) {
        identity = Identity(device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino))
        size = Int64(status.st_size)
        #if canImport(Darwin)
            (modified, changed) = (Self.nanoseconds(status.st_mtimespec), Self.nanoseconds(status.st_ctimespec))
        #else
            (modified, changed) = (Self.nanoseconds(status.st_mtim), Self.nanoseconds(status.st_ctim))
        #endif
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

extension POSIXError {
    /// The error of the last call.
    static var current: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }

    /// The operating system's words for the error.
    var reason: String { String(cString: strerror(code.rawValue)) }
}

extension UnsafeMutablePointer<dirent> {
    /// The name, or `nil` if it is not UTF-8. Read in place: an entry is shorter than the structure, which a copy would
    /// read beyond its end.
    fileprivate var name: String? {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
        let start = UnsafeRawPointer(self).advanced(by: offset)
        return String(validatingCString: start.assumingMemoryBound(to: CChar.self))
    }

    /// Whether this is a regular file; false where the file system does not tell.
    fileprivate var isRegularFile: Bool {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_type) else { return false }
        return UnsafeRawPointer(self).load(fromByteOffset: offset, as: UInt8.self) == UInt8(DT_REG)
    }
}

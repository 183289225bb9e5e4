import Foundation

/// The files below a directory that can be meant as prompts, with what tells whether they have changed.
struct DirectoryScan {
    /// The files of one directory.
    struct Directory: Equatable {
        /// The path, relative to the root; empty for the root.
        let path: String
        /// The names and stamps, in the order of the file system, which is the same while nothing changes.
        fileprivate(set) var files: [File] = []

        /// Returns the path of a file, relative to the root.
        func path(of name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }
    }

    struct File: Equatable {
        let name: String
        let stamp: FileStamp
    }

    /// A directory that cannot be read, or a file that cannot be looked at.
    struct Failure: Hashable {
        /// The path, relative to the root.
        let path: String
        let reason: String
    }

    /// How deep directories may be nested. Links can make a few directories appear very often.
    private static let maximumDepth = 32
    /// The greatest number of files and directories that are looked at.
    private static let maximumEntries = 1_000_000

    /// The directories that contain such files.
    private(set) var directories: [Directory] = []
    private(set) var failures: [Failure] = []
    private var entries = 0

    /// Scans a directory for `.json` and `.md` files at any depth. Follows symbolic links, but no cycles; skips names that
    /// begin with a dot, and everything that is not a regular file.
    ///
    /// - Throws: `POSIXError` if the directory itself cannot be read.
    init(of root: String) throws(POSIXError) {
        var ancestors: [FileStamp.Identity] = []
        if let error = scan(root, at: "", &ancestors) { throw error }
    }

    /// Scans one directory. Returns why it cannot be read.
    private mutating func scan(
        _ location: String,
        at path: String,
        _ ancestors: inout [FileStamp.Identity]
    ) -> POSIXError? {
        guard let handle = opendir(location) else { return .current }
        defer { closedir(handle) }
        var status = stat()
        guard fstat(dirfd(handle), &status) == 0 else { return .current }
        let identity = FileStamp(status).identity
        guard !ancestors.contains(identity) else { return nil }
        ancestors.append(identity)
        defer { ancestors.removeLast() }
        var directory = Directory(path: path)
        while let entry = readdir(handle) {
            guard let name = entry.name, !name.utf8.starts(with: ".".utf8) else { continue }
            entries += 1
            let isFile = name.hasSuffix(".json") || name.hasSuffix(".md")
            // Most file systems tell what is neither a directory nor a link, so that it need not be looked at.
            if !isFile, entry.isRegularFile { continue }
            guard entries <= Self.maximumEntries, ancestors.count < Self.maximumDepth else {
                failures.append(
                    Failure(
                        path: directory.path(of: name),
                        reason: "There are too many files, or directories too deep."
                    )
                )
                return nil
            }
            guard fstatat(dirfd(handle), name, &status, 0) == 0 else {
                // It was removed in between, or is a link to nothing.
                if isFile, errno != ENOENT {
                    failures.append(Failure(path: directory.path(of: name), reason: POSIXError.current.reason))
                }
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                let inner = directory.path(of: name)
                if let error = scan("\(location)/\(name)", at: inner, &ancestors), error.code != .ENOENT {
                    failures.append(Failure(path: inner, reason: error.reason))
                }
            case S_IFREG where isFile: directory.files.append(File(name: name, stamp: FileStamp(status)))
            default: break
            }
        }
        if !directory.files.isEmpty { directories.append(directory) }
        return nil
    }
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

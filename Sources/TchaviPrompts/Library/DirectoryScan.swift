import Dispatch
import Foundation
import Tchavi

/// The files below a directory that can be meant as prompts, with what tells whether they have changed.
struct DirectoryScan: Sendable {
    /// The files of one directory.
    struct Directory: Equatable, Sendable {
        /// The path, relative to the root; empty for the root.
        let path: String
        /// The names and stamps, in the order of the file system, which is the same while nothing changes.
        fileprivate(set) var files: [File] = []

        /// Returns the path of a file, relative to the root.
        func path(of name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }
    }

    struct File: Equatable, Sendable {
        let name: String
        /// `nil` if it cannot be looked at, or is a link to nothing.
        let stamp: FileStamp?
    }

    /// A directory that cannot be read.
    struct Failure: Hashable, Sendable {
        /// The path, relative to the root.
        let path: String
        let reason: String

        func diagnostic(advice: String) -> PromptDiagnostic {
            PromptDiagnostic(location: path, reason: "It cannot be read: \(reason).", advice: advice)
        }
    }

    /// How deep directories may be nested. Links can make a few directories appear very often.
    private static let maximumDepth = 32
    /// The greatest number of files and directories that are looked at.
    private static let maximumEntries = 1_000_000

    /// The directories that contain such files.
    private(set) var directories: [Directory] = []
    private(set) var failures: [Failure] = []

    /// Whether a file of this name can be meant as a prompt or a part of one.
    static func isPromptFile(_ name: String) -> Bool { name.hasSuffix(".json") || name.hasSuffix(".md") }

    /// Scans a directory for files at any depth. Follows symbolic links, but no cycles; skips names that begin with a dot,
    /// and everything that is not a regular file.
    ///
    /// - Parameters:
    ///   - root: The path of the directory.
    ///   - isIncluded: Whether to look for files of a name.
    /// - Throws: `POSIXError` if the directory itself cannot be read.
    init(
        of root: String,
        isIncluded: @Sendable (String) -> Bool = { Self.isPromptFile($0) }
    ) throws(POSIXError) {
        try self.init(root, in: AT_FDCWD, at: "", ancestors: [], entries: Locked(0), isIncluded: isIncluded)
    }

    /// Scans one directory and those in it.
    ///
    /// - Parameters:
    ///   - name: The name of the directory in its parent.
    ///   - parent: The descriptor of the parent.
    ///   - path: The path, relative to the root.
    ///   - ancestors: The directories that it is in.
    ///   - entries: The number of files and directories that have been looked at.
    ///   - isIncluded: Whether to look for files of a name.
    /// - Throws: `POSIXError` if the directory cannot be read.
    private init(
        _ name: String,
        in parent: Int32,
        at path: String,
        ancestors: [FileStamp.Identity],
        entries: Locked<Int>,
        isIncluded: @Sendable (String) -> Bool
    ) throws(POSIXError) {
        let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .current }
        guard let handle = fdopendir(descriptor) else {
            defer { close(descriptor) }
            throw .current
        }
        defer { closedir(handle) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .current }
        let identity = FileStamp(status).identity
        guard !ancestors.contains(identity) else { return }
        let ancestors = ancestors + [identity]
        let (candidates, error) = Self.candidates(isIncluded) { readdir(handle) }
        if let error {
            // What has been listed so far would look as if the rest had been removed.
            throw error
        }
        let earlier = entries.withLock { count in
            defer { count += candidates.count }
            return count
        }
        var directory = Directory(path: path)
        var inner: [String] = []
        for (index, candidate) in candidates.enumerated() {
            let name = candidate.name
            guard earlier + index < Self.maximumEntries, ancestors.count < Self.maximumDepth else {
                failures.append(
                    Failure(
                        path: directory.path(of: name),
                        reason: "There are too many files, or directories too deep."
                    )
                )
                break
            }
            if candidate.isDirectory {
                inner.append(name)
                continue
            }
            guard fstatat(descriptor, name, &status, 0) == 0 else {
                // It was removed in between, unless it is a link to nothing, without which a prompt is not complete.
                let isThere = errno != ENOENT || fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
                if candidate.isFile, isThere { directory.files.append(File(name: name, stamp: nil)) }
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: inner.append(name)
            case S_IFREG where candidate.isFile: directory.files.append(File(name: name, stamp: FileStamp(status)))
            default: break
            }
        }
        if !directory.files.isEmpty { directories.append(directory) }
        let scans = DispatchQueue.concurrently(inner.count) { [inner] index in
            Result { () throws(POSIXError) in
                try DirectoryScan(
                    inner[index],
                    in: descriptor,
                    at: path.isEmpty ? inner[index] : "\(path)/\(inner[index])",
                    ancestors: ancestors,
                    entries: entries,
                    isIncluded: isIncluded
                )
            }
        }
        for (name, scan) in zip(inner, scans) {
            switch scan {
            case .success(let scan):
                directories += scan.directories
                failures += scan.failures
            case .failure(let error) where error.code != .ENOENT:
                failures.append(Failure(path: directory.path(of: name), reason: error.reason))
            case .failure: break
            }
        }
    }

    /// What a directory contains that has to be looked at.
    private struct Candidate {
        let name: String
        /// Whether its name is one of the files that are read.
        let isFile: Bool
        /// Whether it is known to be a directory.
        let isDirectory: Bool
    }

    /// Lists a directory, of which the closure returns one entry after another, up to an error.
    private static func candidates(
        _ isIncluded: (String) -> Bool,
        _ next: () -> UnsafeMutablePointer<dirent>?
    ) -> ([Candidate], POSIXError?) {
        var candidates: [Candidate] = []
        while candidates.count <= maximumEntries {
            errno = 0
            guard let entry = next() else { return (candidates, errno == 0 ? nil : .current) }
            guard let name = entry.name, !name.utf8.starts(with: ".".utf8) else { continue }
            let isFile = isIncluded(name)
            // Most file systems tell what is neither a directory nor a link, so that it need not be looked at.
            if !isFile, entry.type == Int(DT_REG) { continue }
            candidates.append(Candidate(name: name, isFile: isFile, isDirectory: entry.type == Int(DT_DIR)))
        }
        return (candidates, nil)
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

    /// What it is, such as `DT_REG` for a regular file; `DT_UNKNOWN` where the file system does not tell.
    fileprivate var type: Int {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_type) else { return Int(DT_UNKNOWN) }
        return Int(UnsafeRawPointer(self).load(fromByteOffset: offset, as: UInt8.self))
    }
}

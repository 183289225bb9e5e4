import Foundation
import TchaviPrompts

/// A library at a revision of a Git repository: what stands behind `git:`, such as `main` or `v1.2:prompts`.
struct GitRevision: Hashable, Sendable {
    /// The files of a library at a revision.
    struct Files: Hashable, Sendable {
        /// The files by their paths, relative to the directory of the library.
        var tree: FileTree
        /// What was ignored, in sentences: symbolic links to nothing, or out of the revision.
        var warnings: [String]
    }

    /// The greatest size of a file, and of all files.
    static let maximumFileSize = 64 << 20
    static let maximumSize = 1 << 30

    /// The revision, as Git understands it: `main`, `v1.2`, `HEAD~3`, `HEAD^{/message}`.
    let revision: String
    /// The directory of the library, relative to the root of the repository, or to the working directory if the first
    /// name is `.` or `..`.
    let path: String?

    /// Parses `REVISION[:PATH]`. As in Git, the revision ends at the first colon that is not in braces.
    init(parsing text: String) throws(GitError) {
        guard !text.utf8.contains(0) else {
            throw GitError(.input, "The revision `\(text)` contains a NUL character.", advice: "Remove it.")
        }
        var depth = 0
        let utf8 = text.utf8
        let colon = utf8.firstIndex { byte in
            switch byte {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: return byte == UInt8(ascii: ":") && depth == 0
            }
            return false
        }
        revision = String(decoding: utf8[..<(colon ?? utf8.endIndex)], as: UTF8.self)
        path = colon.map { String(decoding: utf8[utf8.index(after: $0)...], as: UTF8.self) }
        guard !revision.isEmpty else {
            throw GitError(
                .input,
                "`git:\(text)` names no revision.",
                advice:
                    "Write `git:REVISION:PATH`, such as `git:HEAD:prompts`; the commit whose message contains a word is "
                    + "`git:HEAD^{/word}`."
            )
        }
        guard path?.utf8.first != UInt8(ascii: "/") else {
            throw GitError(
                .input,
                "The path in `git:\(text)` begins with `/`.",
                advice: "Write the path relative to the root of the repository, or to the working directory after `./`."
            )
        }
    }

    /// Reads the files of the library: those named `*.md`, `*.json`, `cases.jsonl` and `*.cases.jsonl`, at any depth,
    /// except where a name begins with a dot or is not UTF-8.
    ///
    /// Symbolic links are followed within the revision, but no cycles; submodules are ignored. A partial clone does not
    /// fetch what it lacks: that is an error.
    ///
    /// - Parameters:
    ///   - directory: The working directory, in the repository.
    ///   - defaultPath: The directory of the library on disk, if the revision has no path; it need not exist. Without it,
    ///     the working directory is that of the library.
    ///   - environment: The environment of Git.
    /// - Returns: The files, and what was ignored.
    /// - Throws: ``GitError`` or `CancellationError`.
    func files(
        in directory: String = ".",
        default defaultPath: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws -> Files {
        let git = GitCommand(directory: directory, environment: environment)
        let prefix = try await git.prefix()
        let commit = try await git.commit(revision)
        let path = try await root(prefix: prefix, default: defaultPath, git: git)
        var tree = try await git.tree(commit)
        let links = try await git.sizes(of: tree.linkIDs)
        // A longer target than any file system allows leads to nothing.
        tree.setTargets(try await git.contents(of: links.filter { $0.value <= 4096 }))
        let library = try GitTree.Library(in: try libraryDirectory(path, of: tree), of: tree)
        return Files(tree: try await read(library.files, git: git), warnings: library.warnings)
    }

    /// Returns the path of the library's directory, relative to the root of the repository.
    private func root(prefix: [UInt8], default defaultPath: String?, git: GitCommand) async throws -> [UInt8] {
        if let path {
            let isRelative = [".", ".."].contains { path == $0 || path.utf8.starts(with: "\($0)/".utf8) }
            return isRelative ? prefix + Array(path.utf8) : Array(path.utf8)
        }
        guard let defaultPath else { return prefix }
        let root = try await git.root()
        let isAbsolute = defaultPath.utf8.first == UInt8(ascii: "/")
        let path = Array((isAbsolute ? defaultPath : "\(git.directory)/\(defaultPath)").resolvingLinks.utf8)
        guard path == root || path.starts(with: root + (root == [0x2F] ? [] : [0x2F])) else {
            throw GitError(
                .input,
                "The directory `\(defaultPath)` is not in the repository `\(String(decoding: root, as: UTF8.self))`.",
                advice: "Name the directory in the revision: `git:\(revision):PATH`."
            )
        }
        return Array(path.dropFirst(root.count))
    }

    private func libraryDirectory(_ path: [UInt8], of tree: GitTree) throws(GitError) -> [UInt8] {
        let name = String(decoding: path.drop { $0 == 0x2F }, as: UTF8.self)
        let what: String
        switch tree.node(at: path) {
        case .directory(let path): return path
        case .file: what = "is a file"
        case .submodule: what = "is a submodule"
        case .nothing: what = "does not exist"
        }
        var error = GitError(
            .input,
            "`\(name)` \(what) in the revision `\(revision)`.",
            advice: "Name a directory, relative to the root of the repository, or to the working directory after `./`."
        )
        if case .nothing = tree.node(at: path) { error.isMissingDirectory = true }
        throw error
    }

    private func read(_ files: [GitTree.Library.File], git: GitCommand) async throws -> FileTree {
        let sizes = try await git.sizes(of: Set(files.map(\.id)))
        for file in files {
            guard let size = sizes[file.id] else {
                throw GitError.missingObject(file.id, path: file.path, revision: revision)
            }
            guard size <= Self.maximumFileSize else {
                throw GitError(
                    .input,
                    "`\(file.path)` in the revision `\(revision)` is larger than \(Self.maximumFileSize >> 20) MiB.",
                    advice: "Name a directory without it: `git:REVISION:PATH`."
                )
            }
        }
        guard sizes.values.reduce(0, +) <= Self.maximumSize else {
            throw GitError(
                .input,
                "The files of the revision `\(revision)` are larger than \(Self.maximumSize >> 20) MiB.",
                advice: "Name the directory of the library: `git:REVISION:PATH`."
            )
        }
        let contents = try await git.contents(of: sizes)
        return FileTree(
            try files.map { file in
                guard let content = contents[file.id] else {
                    throw GitError.missingObject(file.id, path: file.path, revision: revision)
                }
                return FileTree.File(path: file.path, content: content)
            }
        )
    }
}

extension String {
    /// The path without symbolic links, as far as it exists.
    fileprivate var resolvingLinks: String {
        #if os(Windows)
        self
        #else
        var names = split(separator: "/")[...]
        var rest: [Substring] = []
        while true {
            let path = (utf8.first == UInt8(ascii: "/") ? "/" : "") + names.joined(separator: "/")
            if let resolved = realpath(path.isEmpty ? "." : path, nil) {
                defer { free(resolved) }
                return ([String(cString: resolved)] + rest.reversed().map(String.init)).joined(separator: "/")
            }
            guard let name = names.popLast() else { return self }
            rest.append(name)
        }
        #endif
    }
}

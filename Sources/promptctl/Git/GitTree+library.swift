import TchaviPrompts

extension GitTree {
    /// The files of a library, before their contents are read.
    struct Library: Sendable {
        struct File: Hashable, Sendable {
            /// The path, relative to the library's directory.
            let path: String
            let id: String
        }

        /// How many links to directories may be nested.
        private static let maximumDepth = 32

        private(set) var files: [File] = []
        /// What was ignored although its name is that of a file of a library, in sentences.
        private(set) var warnings: [String] = []
        private let tree: GitTree
        private let maximumEntries: Int
        private var entries = 0
        /// The directories that are being looked at: each with the directory that contains the link which led to the next.
        private var walk: [(directory: [UInt8], link: [UInt8])] = []

        /// Finds the files below a directory of a tree. The number of entries that are looked at is limited, because links
        /// can make a few files appear very often.
        init(in directory: [UInt8], of tree: GitTree, maximumEntries: Int = 1_000_000) throws(GitError) {
            self.tree = tree
            self.maximumEntries = maximumEntries
            try add(directory, at: "")
        }

        private mutating func add(_ directory: [UInt8], at prefix: String) throws(GitError) {
            let start = directory.isEmpty ? 0 : directory.count + 1
            for index in tree.indices(below: directory) {
                entries += 1
                guard entries <= maximumEntries else {
                    throw GitError(
                        .input,
                        "The revision has more than \(maximumEntries) files.",
                        advice: "Name the directory of the library: `git:REVISION:PATH`."
                    )
                }
                let entry = tree.entries[index]
                // Below a directory that a link led up to, there is the directory with that link again, which is a cycle too.
                guard !walk.contains(where: { $0.directory.isIn(directory) && entry.path.isIn($0.directory) }) else {
                    continue
                }
                let names = entry.path[start...].split(separator: 0x2F, omittingEmptySubsequences: false)
                // As on disk, names that begin with a dot are skipped, and so are names that are not UTF-8.
                guard let name = names.last, names.allSatisfy({ !$0.isEmpty && $0.first != 0x2E }) else { continue }
                guard let path = String(validating: entry.path[start...], as: UTF8.self) else { continue }
                switch entry.kind {
                case .file where Self.contains(name): files.append(File(path: prefix + path, id: entry.id))
                case .file, .submodule: break
                case .link: try follow(entry, name: name, from: directory, at: prefix + path)
                }
            }
        }

        /// Adds what a symbolic link leads to, under the link's path.
        private mutating func follow(
            _ entry: Entry,
            name: ArraySlice<UInt8>,
            from directory: [UInt8],
            at path: String
        ) throws(GitError) {
            switch tree.node(at: entry.path) {
            case .file(let id) where Self.contains(name): files.append(File(path: path, id: id))
            case .directory(let target):
                walk.append((directory, Array(entry.path.dropLast(name.count + 1))))
                defer { walk.removeLast() }
                let isCycle = walk.contains { $0.link.isIn(target) && target.isIn($0.directory) }
                guard !isCycle else { return }
                guard walk.count < Self.maximumDepth else {
                    warnings.append("`\(path)` is ignored: links to directories are nested too deep.")
                    return
                }
                try add(target, at: path + "/")
            case .nothing where Self.contains(name):
                warnings.append("`\(path)` is ignored: it is a symbolic link to nothing, or out of the revision.")
            case .file, .submodule, .nothing: break
            }
        }

        /// Whether files of this name are read.
        private static func contains(_ name: ArraySlice<UInt8>) -> Bool {
            guard let name = String(validating: name, as: UTF8.self) else { return false }
            return [".md", ".json"].contains { name.hasSuffix($0) } || FileTree.isCases(name)
        }
    }
}

extension [UInt8] {
    /// Whether a path is that of a directory, or below it.
    fileprivate func isIn(_ directory: [UInt8]) -> Bool {
        directory.isEmpty || starts(with: directory) && (count == directory.count || self[directory.count] == 0x2F)
    }
}

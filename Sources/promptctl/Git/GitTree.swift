import Foundation

/// The files of a commit, as `git ls-tree -r` lists them.
///
/// Paths are bytes, because those of Git need not be UTF-8.
struct GitTree: Sendable {
    /// What a path leads to.
    enum Node: Hashable, Sendable {
        case directory(path: [UInt8])
        case file(id: String)
        case submodule
        /// There is nothing, or it is outside of the tree, or behind a cycle of links.
        case nothing
    }

    struct Entry: Hashable, Sendable {
        enum Kind: Hashable, Sendable { case file, link, submodule }

        let path: [UInt8]
        let kind: Kind
        let id: String
    }

    /// As many links as Linux follows in one path.
    private static let maximumLinks = 40

    /// The entries, ordered by the bytes of their paths.
    let entries: [Entry]
    /// The targets of symbolic links, by the ids of their blobs.
    private var targets: [String: [UInt8]] = [:]

    /// Reads the output of `git ls-tree -r -z`.
    init(listing: Data) throws(GitError) {
        var entries: [Entry] = []
        for line in listing.split(separator: 0) {
            // MODE SP TYPE SP ID TAB PATH
            guard let tab = line.firstIndex(of: 0x09) else { throw .listing }
            let fields = String(decoding: line[..<tab], as: UTF8.self).split(separator: " ")
            guard fields.count == 3 else { throw .listing }
            let kind: Entry.Kind =
                switch fields[0] {
                case "120000": .link
                case "160000": .submodule
                default: .file
                }
            entries.append(Entry(path: Array(line[(tab + 1)...]), kind: kind, id: String(fields[2])))
        }
        // They are in this order already, unless a tree was written by something other than Git.
        self.entries = entries.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// The ids of the blobs that contain the targets of symbolic links.
    var linkIDs: Set<String> { Set(entries.lazy.filter { $0.kind == .link }.map(\.id)) }

    /// Sets the targets of symbolic links. Links without a target lead to nothing.
    mutating func setTargets(_ contents: [String: Data]) {
        targets = contents.mapValues { Array($0) }
    }

    /// Returns the indices of the entries below a directory.
    func indices(below directory: [UInt8]) -> Range<Int> {
        guard !directory.isEmpty else { return entries.indices }
        // `0` is the byte after `/`.
        return lowerBound(directory + [0x2F])..<lowerBound(directory + [0x30])
    }

    /// Follows a path, relative to the root, as a file system would: through symbolic links, `.` and `..`, but never above
    /// the root.
    func node(at path: [UInt8]) -> Node {
        var pending = path.split(separator: 0x2F).reversed() as [ArraySlice<UInt8>]
        var names: [ArraySlice<UInt8>] = []
        var followed = 0
        while let name = pending.popLast() {
            if name.elementsEqual(".".utf8) { continue }
            if name.elementsEqual("..".utf8) {
                guard names.popLast() != nil else { return .nothing }
                continue
            }
            names.append(name)
            let path = Array(names.joined(separator: [0x2F]))
            let index = lowerBound(path)
            guard index < entries.count, entries[index].path == path else {
                guard !indices(below: path).isEmpty else { return .nothing }
                continue
            }
            let entry = entries[index]
            switch entry.kind {
            case .file: return pending.isEmpty ? .file(id: entry.id) : .nothing
            case .submodule: return pending.isEmpty ? .submodule : .nothing
            case .link:
                followed += 1
                guard followed <= Self.maximumLinks, let target = targets[entry.id], target.first != 0x2F else {
                    return .nothing
                }
                names.removeLast()
                pending += target.split(separator: 0x2F).reversed()
            }
        }
        return .directory(path: Array(names.joined(separator: [0x2F])))
    }

    /// Returns the index of the first entry that does not precede a path.
    private func lowerBound(_ path: [UInt8]) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].path.lexicographicallyPrecedes(path) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension GitError {
    fileprivate static var listing: GitError {
        GitError(.tool, "`git ls-tree` printed something else than entries.", advice: "Check the version of Git.")
    }
}

import Foundation

extension GitCommand {
    /// Returns the sizes of blobs by their ids; those that the repository does not have are missing.
    func sizes(of ids: Set<String>) async throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        for line in try await batch("--batch-check", ids, outputLimit: ids.count * 128).split(separator: 0x0A) {
            if let header = BlobHeader(line) { sizes[header.id] = header.size }
        }
        return sizes
    }

    /// Returns the contents of blobs by their ids, given with the sizes. One that was removed in between is missing.
    func contents(of sizes: [String: Int]) async throws -> [String: Data] {
        let limit = sizes.values.reduce(sizes.count * 128, +)
        var rest = try await batch("--batch", Set(sizes.keys), outputLimit: limit)[...]
        var contents: [String: Data] = [:]
        while let end = rest.firstIndex(of: 0x0A) {
            guard let header = BlobHeader(rest[..<end]) else {
                rest = rest[(end + 1)...]
                continue
            }
            let content = rest[(end + 1)...].prefix(header.size)
            guard content.count == header.size else { break }
            // A copy, so that a file does not keep all the others in memory.
            contents[header.id] = Data(Array(content))
            rest = rest[content.endIndex...].dropFirst()
        }
        return contents
    }

    private func batch(_ option: String, _ ids: Set<String>, outputLimit: Int) async throws -> Data {
        guard !ids.isEmpty else { return Data() }
        let input = Data(ids.sorted().joined(separator: "\n").utf8) + [0x0A]
        let result = try await result(["cat-file", option], input: input, outputLimit: outputLimit)
        guard result.status == .exited(0) else { throw GitError("cat-file", failed: result) }
        return result.output
    }
}

/// The line before the content of a blob: `ID blob SIZE`.
private struct BlobHeader {
    let id: String
    let size: Int

    init?(_ line: Data) {
        let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard fields.count == 3, fields[1] == "blob", let size = Int(fields[2]), size >= 0 else { return nil }
        id = String(fields[0])
        self.size = size
    }
}

import Foundation
import Tchavi

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The file of a cassette that is being recorded. An actor, so that its states are written one after the other.
actor CassetteFile {
    private let file: URL
    /// The number of exchanges in the file.
    private var written = 0

    init(_ file: URL) {
        self.file = file
    }

    /// Replaces the file, unless it holds a newer state of the cassette.
    func write(_ cassette: Cassette) throws {
        guard cassette.exchanges.count > written else { return }
        let temporary = file.deletingLastPathComponent().appendingPathComponent(".\(file.lastPathComponent).\(UUID())")
        let data = Data((try JSONValue(encoding: cassette).prettyPrinted() + "\n").utf8)
        guard
            FileManager.default.createFile(
                atPath: temporary.path,
                contents: data,
                attributes: [.posixPermissions: 0o600]
            )
        else { throw CocoaError(.fileWriteUnknown) }
        guard rename(temporary.path, file.path) == 0 else {
            let failure = SystemCallFailure("rename")
            try? FileManager.default.removeItem(at: temporary)
            throw failure
        }
        written = cassette.exchanges.count
    }
}

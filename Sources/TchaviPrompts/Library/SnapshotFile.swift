package import Foundation
import Tchavi

/// The file of one source in the directory of a disk cache.
///
/// A second, small file renews the age without writing all prompts anew. It names the checksum of the file that it belongs
/// to, so that it never renews another one, whichever of several processes wrote the two; without it, or if it is damaged,
/// the prompts only count as older. The file's modification time would not do: copying and restoring files sets it.
package struct SnapshotFile: Sendable {
    /// The greatest size of a file that is read, in bytes.
    private static let maximumSize = 1 << 30

    private let file: WholeFile
    private let renewal: WholeFile

    /// Creates a file; nothing is read or written yet.
    ///
    /// - Parameters:
    ///   - directory: The directory of the disk cache.
    ///   - sourceName: The name of the source, from which the file gets its own.
    package init(directory: URL, sourceName: String) {
        let readable = DirectoryNames.safeName(for: sourceName).prefix(60)
        // The hash tells names apart whose readable parts are the same.
        let base = "\(readable)-\(SHA256.hexadecimal(Array(sourceName.utf8)).prefix(16))"
        file = WholeFile(directory: directory.path, name: "\(base).snapshot-1")
        renewal = WholeFile(directory: directory.path, name: "\(base).renewal-1")
    }

    /// The path of the file with the prompts.
    package var path: String { file.path }

    /// Reads what was stored.
    ///
    /// - Returns: The catalogue; `nil` if nothing is stored.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/diskCache`` if the file is damaged or cannot be read.
    package func read() throws(PromptError) -> StoredCatalogue? {
        let content: Data
        do {
            content = try FileContent(of: path, maximumSize: Self.maximumSize).data
        } catch {
            if [.ENOENT, .ENOTDIR].contains(error.code) { return nil }
            throw failure("cannot be read: \(error.reason).")
        }
        do {
            var stored = try StoredCatalogue(reading: content)
            if let renewed = try? Renewal(reading: renewal.path),
                renewed.checksum == (try StoredCatalogue.seal(of: content).seal.checksum),
                let date = renewed.readAt.date
            {
                stored.readAt = date
                stored.shippedRevision = renewed.shippedRevision
            }
            return stored
        } catch {
            throw failure("is damaged: \(error.reason).")
        }
    }

    /// Stores a catalogue. What was stored before is replaced by all of it or stays as it is.
    ///
    /// - Throws: ``PromptError`` of code ``PromptError/Code/diskCache`` if it cannot be written.
    package func write(_ stored: StoredCatalogue) throws(PromptError) {
        do {
            try FileManager.default.createDirectory(
                atPath: file.directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw failure("cannot be written, because its directory cannot be created: \(error.localizedDescription)")
        }
        file.removeLeftovers()
        renewal.removeLeftovers()
        try write(stored.content, to: file)
    }

    /// Notes that the source has not changed since it was stored.
    ///
    /// - Parameters:
    ///   - readAt: When the source was asked.
    ///   - shippedRevision: The revision of the catalogue that the program ships now.
    /// - Returns: Whether there is something to renew; if not, write the catalogue.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/diskCache`` if it cannot be noted.
    package func renew(readAt: Date, shippedRevision: String?) throws(PromptError) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        guard let start = try? handle.read(upToCount: StoredCatalogue.Seal.maximumLength),
            let seal = try? StoredCatalogue.seal(of: start).seal
        else { return false }
        let renewed = Renewal(
            checksum: seal.checksum,
            readAt: Timestamp(readAt),
            shippedRevision: shippedRevision
        )
        try write(renewed.json.canonical(), to: renewal)
        return true
    }

    private func write(_ bytes: [UInt8], to file: WholeFile) throws(PromptError) {
        do {
            try file.write(bytes)
        } catch {
            throw failure("cannot be written: \(error.reason).")
        }
    }

    private func failure(_ reason: String) -> PromptError {
        PromptError(
            .diskCache,
            "The file `\(path)` of the disk cache \(reason)",
            advice: "Prompts are read from their source instead. Check the directory, or delete the file."
        )
    }
}

/// The content of the file that renews another.
private struct Renewal: JSONMapped {
    var checksum = ""
    var readAt = Timestamp(.distantPast)
    var shippedRevision: String?

    init() {}

    init(checksum: String, readAt: Timestamp, shippedRevision: String?) {
        self.checksum = checksum
        self.readAt = readAt
        self.shippedRevision = shippedRevision
    }

    init(reading path: String) throws {
        try self.init(json: try JSONValue(parsing: try FileContent(of: path, maximumSize: 1 << 16).data))
    }

    mutating func map(_ json: inout JSONMapper) {
        json.field("checksum", &checksum)
        json.field("readAt", &readAt)
        json.field("shippedRevision", &shippedRevision)
    }
}

package import Foundation
import Tchavi

/// A catalogue as the disk cache keeps it, with what decides whether it may be used.
package struct StoredCatalogue: Sendable {
    /// The catalogue.
    package var catalogue: PromptCatalogue
    /// When the source was last read, or had not changed.
    package var readAt: Date
    /// The revision of the catalogue that the program shipped when this was stored; `nil` if it shipped none.
    package var shippedRevision: String?

    package init(catalogue: PromptCatalogue, readAt: Date, shippedRevision: String? = nil) {
        self.catalogue = catalogue
        self.readAt = readAt
        self.shippedRevision = shippedRevision
    }
}

/// A file's content: one line about the whole file, one about the catalogue, and for each prompt one about the entry and one
/// with the record.
///
/// Records have lines of their own because JSON has a greatest depth, which a record may use up.
extension StoredCatalogue {
    /// The first line of a file, by which it is known to be whole.
    struct Seal: JSONMapped {
        static let format = "tchavi-snapshot 1"
        /// The greatest length of the line, in bytes.
        static let maximumLength = 512

        var format = Self.format
        /// The number of bytes after this line.
        var bytes = 0
        /// The SHA-256 of the bytes after this line.
        var checksum = ""

        mutating func map(_ json: inout JSONMapper) {
            json.field("format", &format)
            json.field("bytes", &bytes)
            json.field("checksum", &checksum)
        }
    }

    /// Why a file is not a stored catalogue.
    struct Damage: Error {
        let reason: String
    }

    /// Reads the first line of a file.
    ///
    /// - Parameter start: The beginning of the file.
    /// - Returns: The line, and its length with the line feed, in bytes.
    /// - Throws: ``Damage`` if the file is not a stored catalogue of this format.
    static func seal(of start: Data) throws(Damage) -> (seal: Seal, length: Int) {
        guard let end = start.prefix(Seal.maximumLength).firstIndex(of: UInt8(ascii: "\n")),
            let json = try? JSONValue(parsing: start[..<end]), let format = json["format"]?.string
        else { throw Damage(reason: "it does not begin with a line of the format `\(Seal.format)`") }
        guard format == Seal.format else {
            throw Damage(reason: "it has the format `\(format)` instead of `\(Seal.format)`")
        }
        do {
            return (try Seal(json: json), start.distance(from: start.startIndex, to: end) + 1)
        } catch {
            throw Damage(reason: "its first line is not valid: \(error)")
        }
    }

    /// Reads a file's content.
    ///
    /// - Throws: ``Damage`` if the content is not what was written.
    init(reading content: Data) throws(Damage) {
        let (seal, length) = try Self.seal(of: content)
        let body = Array(content.dropFirst(length))
        guard body.count == seal.bytes else {
            throw Damage(reason: "it has \(body.count) bytes after its first line instead of \(seal.bytes)")
        }
        guard SHA256.hexadecimal(body) == seal.checksum else { throw Damage(reason: "its checksum is wrong") }
        var lines = Self.lines(of: content.dropFirst(length))[...]
        do {
            guard let first = lines.popFirst() else { throw JSONError("missing") }
            let header = try Header(json: try JSONValue(parsing: first))
            self.init(
                catalogue: header.catalogue,
                readAt: header.readAt.date ?? .distantPast,
                shippedRevision: header.shippedRevision
            )
        } catch {
            throw Damage(reason: "its line about the catalogue is not valid: \(error)")
        }
        while let first = lines.popFirst() {
            guard let second = lines.popFirst(), let json = try? JSONValue(parsing: first),
                let place = try? StoredEntry(json: json)
            else { throw Damage(reason: "its lines are not in pairs of entries and records") }
            read(second, at: place)
        }
    }

    /// Returns the lines of a file, in one pass of the C library's.
    private static func lines(of content: Data) -> [Data] {
        var lines: [Data] = []
        let start = content.startIndex
        content.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count, let base = bytes.baseAddress {
                let end =
                    memchr(base + position, Int32(UInt8(ascii: "\n")), bytes.count - position)
                    .map { UnsafeRawPointer($0) - base } ?? bytes.count
                lines.append(content[(start + position)..<(start + end)])
                position = end + 1
            }
        }
        return lines
    }

    /// Adds a record, or what is wrong with it: a record that cannot be read never costs the others.
    private mutating func read(_ line: Data, at place: StoredEntry) {
        do {
            var record = try PromptRecord(json: try JSONValue(parsing: line))
            place.unreadable.mark(&record)
            catalogue.entries.append(.init(location: place.location, record: record))
        } catch {
            let id = (try? JSONValue(parsing: line))?["promptId"]?.string
            catalogue.diagnostics.append(
                PromptDiagnostic(
                    location: place.location,
                    promptID: id,
                    reason: "The copy in the disk cache cannot be read: \(error).",
                    advice: "The next refresh reads the prompt from its source."
                )
            )
            if let id { catalogue.unusable.append((id, place.location)) }
            // What is held is not what the source has, whatever the source compares.
            catalogue.validator = nil
            catalogue.revision = nil
        }
    }

    /// The file's content.
    var content: [UInt8] {
        var body = Header(self).json.canonical()
        body.append(UInt8(ascii: "\n"))
        for entry in catalogue.entries {
            let place = StoredEntry(location: entry.location, unreadable: UnreadableParts(of: entry.record))
            body += place.json.canonical()
            body.append(UInt8(ascii: "\n"))
            body += entry.record.json.canonical()
            body.append(UInt8(ascii: "\n"))
        }
        let seal = Seal(bytes: body.count, checksum: SHA256.hexadecimal(body))
        return seal.json.canonical() + [UInt8(ascii: "\n")] + body
    }
}

/// The line about an entry.
private struct StoredEntry: JSONMapped {
    var location = ""
    var unreadable = UnreadableParts()

    mutating func map(_ json: inout JSONMapper) {
        json.field("location", &location)
        json.field(
            "unreadable",
            &unreadable,
            reading: { json throws(JSONError) in try UnreadableParts(json: json) },
            writing: { $0.isEmpty ? nil : $0.json }
        )
    }
}

/// The line about the catalogue.
private struct Header: JSONMapped {
    var catalogue = PromptCatalogue(entries: [])
    var readAt = Timestamp(.distantPast)
    var shippedRevision: String?

    init() {}

    init(_ stored: StoredCatalogue) {
        catalogue = stored.catalogue
        readAt = Timestamp(stored.readAt)
        shippedRevision = stored.shippedRevision
    }

    mutating func map(_ json: inout JSONMapper) {
        json.field("readAt", &readAt)
        json.field("shippedRevision", &shippedRevision)
        json.field("revision", &catalogue.revision)
        json.field("validator", &catalogue.validator)
        json.field("publishedAt", &catalogue.publishedAt)
        json.defaulted("folders", &catalogue.folders)
        var diagnostics = catalogue.diagnostics.map(StoredDiagnostic.init)
        json.defaulted("diagnostics", &diagnostics)
        var unusable = catalogue.unusable.map { [$0.promptID, $0.location] }
        json.defaulted("unusable", &unusable)
        guard json.isReading else { return }
        catalogue.diagnostics = diagnostics.map(\.diagnostic)
        catalogue.unusable = unusable.filter { $0.count == 2 }.map { ($0[0], $0[1]) }
    }
}

/// A diagnostic, but for what the library sets itself.
private struct StoredDiagnostic: JSONMapped {
    var diagnostic = PromptDiagnostic(location: "", reason: "")

    init() {}

    init(_ diagnostic: PromptDiagnostic) { self.diagnostic = diagnostic }

    mutating func map(_ json: inout JSONMapper) {
        json.field("location", &diagnostic.location)
        json.field("line", &diagnostic.line)
        json.field("column", &diagnostic.column)
        json.field(
            "severity",
            &diagnostic.severity,
            reading: { json throws(JSONError) in json.string.flatMap(PromptDiagnostic.Severity.init) ?? .error },
            writing: { .string($0.rawValue) }
        )
        json.field("promptId", &diagnostic.promptID)
        json.field("reason", &diagnostic.reason)
        json.field("advice", &diagnostic.advice)
    }
}

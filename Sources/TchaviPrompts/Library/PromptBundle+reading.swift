public import Foundation
import Tchavi

extension PromptBundle {
    /// Reads a bundle. The time and memory that it takes grow linearly with the number of bytes.
    ///
    /// A prompt that cannot be read by itself costs no other: what is wrong is in ``diagnostics``, and of its versions
    /// and deployments, those that can be read remain, as in a directory.
    ///
    /// - Parameters:
    ///   - data: The bytes of the bundle.
    ///   - verifier: Checks the signature, which the bundle then must have. By default, a signature is ignored.
    ///   - name: The name of the bundle in diagnostics, such as its URL.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/invalidRecord`` if the signature, the revision or the
    ///   number of prompts is not right, if two prompts have the same id, or if this is not a bundle that this version
    ///   of the package reads.
    public init(_ data: Data, verifying verifier: BundleVerifier? = nil, name: String = "bundle") throws {
        let bytes = [UInt8](data)
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            // The manifest is the only line that says what is wrong with a bundle that is not one.
            _ = try BundleManifest(bytes[...])
            throw PromptError.truncatedBundle
        }
        let manifest = try BundleManifest(bytes[..<end])
        var lines = BundleLines(bytes, from: end + 1, number: 2)
        var signature: ArraySlice<UInt8>?
        if bytes[(end + 1)...].starts(with: Array(#"{"signature":"#.utf8)) {
            guard let line = lines.next() else { throw PromptError.truncatedBundle }
            signature = line
        }
        let decoded = signature.flatMap(Self.decoded)
        if let verifier { try verifier.check(signature != nil, decoded, of: bytes[..<end], manifest) }
        let body = Array(bytes[lines.position...])
        guard SHA256.hexadecimal(body) == manifest.revision else {
            throw PromptError.invalidBundle(
                "its content does not have the revision that its first line states, so it was truncated or changed",
                "Fetch it again. If this stays so, publish it again, and check what lies between."
            )
        }
        self.init(manifest: manifest, body: body)
        signed = decoded.map { (Data(bytes[..<end]), $0) }
        try read(&lines, name: name)
    }

    /// The location of a line in errors and diagnostics.
    static func location(_ name: String, line: Int) -> String { "\(name):\(line)" }

    /// The signature in the second line; `nil` if it cannot be read.
    private static func decoded(_ line: ArraySlice<UInt8>) -> Data? {
        let text = (try? JSONValue(parsing: Data(line)))?["signature"]?.string
        return text.flatMap { Data(base64Encoded: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func read(_ lines: inout BundleLines, name: String) throws(PromptError) {
        var ids: Set<String> = []
        var count = 0
        var foldersLeft = folderCount
        entries.reserveCapacity(min(self.count, body.count / 64))
        while let line = lines.next() {
            let number = lines.number - 1
            if foldersLeft > 0 {
                foldersLeft -= 1
                readFolder(line, name: name, number: number)
                continue
            }
            count += 1
            guard let id = readRecord(line, name: name, number: number) else { continue }
            guard ids.insert(id).inserted else {
                throw .invalidBundle(
                    "line \(number) has the id `\(id)` of an earlier line",
                    "Publish the bundle again."
                )
            }
        }
        guard count > 0 else {
            throw .invalidBundle("it has no prompts", "Publish it again; to withdraw every prompt, stop the programs.")
        }
        guard lines.isAtEnd, foldersLeft == 0, count == self.count else {
            throw .invalidBundle(
                "its first line states \(self.count) prompts and \(folderCount) folders, and it has other numbers of them",
                "Publish the bundle again."
            )
        }
    }

    private mutating func readFolder(_ line: ArraySlice<UInt8>, name: String, number: Int) {
        do throws(JSONError) {
            folders.append(try PromptFolder(json: try JSONValue(parsing: Data(line))))
        } catch {
            diagnostics.append(
                PromptDiagnostic(
                    location: name,
                    line: number,
                    reason: "The folder cannot be read: \(error.description).",
                    advice: "Publish the bundle again."
                )
            )
        }
    }

    /// Reads the line of a prompt, and returns its id if that can be read.
    private mutating func readRecord(_ line: ArraySlice<UInt8>, name: String, number: Int) -> String? {
        let location = Self.location(name, line: number)
        if let record = try? PromptRecord(json: JSONValue(parsing: Data(line))) {
            entries.append(.init(location: location, record: record))
            return record.promptID
        }
        let file = RecordFile(SourceText(line: number, of: name, line), folderID: "")
        diagnostics += file.diagnostics
        guard let prompt = file.prompts.first, file.prompts.count == 1 else {
            if !file.diagnostics.contains(where: { $0.severity == .error }) {
                diagnostics.append(
                    PromptDiagnostic(
                        location: name,
                        line: number,
                        reason: "The line is not one prompt.",
                        advice: "Publish the bundle again."
                    )
                )
            }
            return nil
        }
        diagnostics += prompt.diagnostics
        if prompt.isIncomplete {
            // Without knowing what is deployed, nothing can be selected.
            unusable.append((prompt.id, location))
        } else {
            entries.append(.init(location: location, record: prompt.record))
        }
        return prompt.id
    }
}

/// The lines of a bundle, each of which ends with a line feed.
private struct BundleLines {
    private let bytes: [UInt8]
    private(set) var position: Int
    /// The number of the next line.
    private(set) var number: Int

    init(_ bytes: [UInt8], from position: Int, number: Int) {
        self.bytes = bytes
        self.position = position
        self.number = number
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer {
            position = end + 1
            number += 1
        }
        return bytes[position..<end]
    }
}

extension BundleVerifier {
    /// Checks the signature of a bundle.
    ///
    /// - Parameters:
    ///   - isSigned: Whether the bundle has a line with a signature.
    ///   - signature: The signature, if it could be read.
    ///   - first: The bytes that are signed.
    ///   - manifest: What they say.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/invalidRecord``; the verifier's error.
    fileprivate func check(
        _ isSigned: Bool,
        _ signature: Data?,
        of first: ArraySlice<UInt8>,
        _ manifest: BundleManifest
    ) throws {
        guard isSigned else {
            throw PromptError.invalidBundle(
                "it is not signed, and a signature is required",
                "Publish it with a signature."
            )
        }
        guard let signature else {
            throw PromptError.invalidBundle("its signature is not in base64", "Publish it again.")
        }
        guard try accepts(signature, of: first) else {
            throw PromptError.invalidBundle(
                "its signature is not valid for the key that it is verified with",
                "Check that the key is the publisher's. If it is, somebody else has changed the bundle."
            )
        }
        guard manifest.publishedAt != nil else {
            throw PromptError.invalidBundle("it is signed without a `publishedAt`", "Publish it again with a date.")
        }
    }
}

extension PromptError {
    fileprivate static var truncatedBundle: PromptError {
        .invalidBundle("it ends within its first lines", "Fetch it again, or publish it again.")
    }
}

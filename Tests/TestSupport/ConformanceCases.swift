import Foundation
package import Tchavi

/// The conformance cases in one directory.
package struct ConformanceCases: Sendable {
    /// The project's own cases, in every checkout.
    package static let own = ConformanceCases(directory: Fixtures.directory.appendingPathComponent("Conformance"))

    /// Streams and completions recorded by other projects. They are not part of the repository; without them their tests
    /// are skipped.
    package static let recorded = ConformanceCases(
        directory: Fixtures.root.deletingLastPathComponent().appendingPathComponent("shared/conformance")
    )

    private let directory: URL

    package var arePresent: Bool { FileManager.default.fileExists(atPath: directory.path) }

    package func text(_ name: String) throws -> String {
        try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
    }

    package func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: try Data(contentsOf: directory.appendingPathComponent(name)))
    }

    /// Returns the values of a JSON Lines file.
    package func lines(_ name: String) throws -> [JSONValue] {
        try text(name).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
}

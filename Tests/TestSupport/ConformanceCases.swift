import Foundation
package import Tchavi

/// A directory of conformance cases.
package struct ConformanceCases: Sendable {
    /// The project's own cases, which every checkout has.
    package static let own = ConformanceCases(directory: Fixtures.directory.appendingPathComponent("Conformance"))

    /// Streams and completions that other projects recorded. They are not part of the project, and stand beside the
    /// checkout on some machines only; where they are missing, their tests are skipped.
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

    /// The elements of a file of JSON Lines.
    package func lines(_ name: String) throws -> [JSONValue] {
        try text(name).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
}

import Foundation
import Tchavi

/// Cases that others wrote, kept beside the checkout; tests of them are skipped where they are not there.
enum Conformance {
    static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/conformance")

    static var isPresent: Bool { FileManager.default.fileExists(atPath: directory.path) }

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: try Data(contentsOf: directory.appendingPathComponent(name)))
    }

    static func lines(_ name: String) throws -> [JSONValue] {
        try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
            .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
}

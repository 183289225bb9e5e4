package import Foundation

/// The locations of the repository's test files.
package enum Fixtures {
    /// The root directory of the checkout.
    package static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    package static let directory = root.appendingPathComponent("Fixtures")

    package static var prompts: String { directory.appendingPathComponent("Prompts").path }
}

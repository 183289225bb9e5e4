package import Foundation

/// The repository's own files that tests read.
package enum Fixtures {
    /// The root of the checkout.
    package static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    package static let directory = root.appendingPathComponent("Fixtures")

    package static var prompts: String { directory.appendingPathComponent("Prompts").path }
}

import Foundation
import TestSupport
import Testing

struct MaximTypesTests {
    /// The declarations of Maxim's SDK. They are not part of the repository; without them the test is skipped.
    private static let declarations = Fixtures.root.deletingLastPathComponent()
        .appendingPathComponent("shared/seeds/maxim-prompt-types.txt")

    private static var arePresent: Bool { FileManager.default.fileExists(atPath: declarations.path) }

    /// The names of the types, and of their fields, including those of objects within them, after the name of the type:
    /// `Choice`, `Choice.index`.
    private static func names() throws -> Set<String> {
        var names: Set<String> = []
        var type = ""
        for line in try String(contentsOf: declarations, encoding: .utf8).split(separator: "\n") {
            if let match = line.firstMatch(of: /^export (?:type|interface) (\w+)/) {
                type = String(match.output.1)
                names.insert(type)
            } else if let match = line.firstMatch(of: #/^(\w+)\??: /#) {
                if !type.isEmpty { names.insert("\(type).\(match.output.1)") }
            }
        }
        return names
    }

    @Test(.enabled(if: arePresent, "Maxim's declarations are not beside the checkout."))
    func `Every type and field of Maxim's prompts is in the article`() throws {
        let article = Fixtures.root.appendingPathComponent("Sources/TchaviPrompts/TchaviPrompts.docc/MaximTypes.md")
        let text = try String(contentsOf: article, encoding: .utf8)
        let names = try Self.names()
        #expect(names.count > 100)
        #expect(names.filter { !text.contains("`\($0)`") }.sorted() == [])
    }
}

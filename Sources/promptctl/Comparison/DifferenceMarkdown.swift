import Tchavi
import TchaviPrompts

/// A difference in Markdown, for a comment on a pull request.
struct DifferenceMarkdown {
    /// How many rows a table has.
    private static let listedChanges = 20
    /// The most that is written; GitHub refuses comments of more than 65,536 characters.
    private static let maximumLength = 60_000

    let text: String

    init(_ difference: LibraryDifference) {
        var text =
            "## Prompts: \(Self.code(difference.before)) → \(Self.code(difference.after))\n\n\(difference.summary)\n"
        for (index, prompt) in difference.prompts.enumerated() {
            let section = Self.section(of: prompt)
            if text.count + section.count > Self.maximumLength {
                text += "\n…and \(counted(difference.prompts.count - index, "more prompt")).\n"
                break
            }
            text += section
        }
        self.text = String(text.dropLast())
    }

    private static func section(of prompt: PromptDifference) -> String {
        var text = "\n### \(code(prompt.promptID))\n\n"
        switch prompt.kind {
        case .added(let versions): return text + "Added, with \(counted(versions, "version")).\n"
        case .removed: return text + "Removed.\n"
        case .unreadable(let reason): return text + ":x: Cannot be compared: \(code(reason))\n"
        case .changed: break
        }
        for note in prompt.notes { text += "- \(note)\n" }
        for missing in prompt.missing {
            let names = missing.names.map(code).joined(separator: ", ")
            text +=
                "- :warning: Callers that get version \(missing.after.version ?? 0) have to pass \(names), for instance "
                + "those with \(code(missing.query.description)).\n"
        }
        guard !prompt.changes.isEmpty else { return text }
        text += "\n| query | users | before | after |\n|---|---|---|---|\n"
        for change in prompt.changes.prefix(listedChanges) {
            let cells = [
                code(change.queryDescription), change.shareDescription ?? "", cell(change.before), cell(change.after),
            ]
            text += "| \(cells.joined(separator: " | ")) |\n"
        }
        let rest = prompt.changes.count - listedChanges
        if rest > 0 { text += "\n…and \(counted(rest, "more query", plural: "more queries")).\n" }
        return text
    }

    private static func cell(_ selection: Selection) -> String {
        guard let version = selection.version else { return "none" }
        let hash = selection.versionContentHash.map { ", sha256:\($0.prefix(8))" } ?? ""
        return "version \(version) (\(selection.deploymentID.map(code) ?? selection.reason.rawValue)\(hash))"
    }

    /// A text as code, in which no character of Markdown or HTML means anything.
    private static func code(_ text: String) -> String {
        let text = text.escapingControlCharacters.prefix(300).replacing("|", with: "\\|")
        var run = 0
        var longest = 0
        for character in text {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        let padding = text.hasPrefix("`") || text.hasSuffix("`") || text.isEmpty ? " " : ""
        return fence + padding + text + padding + fence
    }
}

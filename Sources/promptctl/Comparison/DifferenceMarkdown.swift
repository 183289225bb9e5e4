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
        if !difference.findings.isEmpty {
            text += "\n:x: Not everything can be read:\n\n"
            for finding in difference.findings.prefix(Self.listedChanges) {
                text += "- \(Self.code(finding.file ?? "")): \(Self.code(finding.message))\n"
            }
        }
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
        for note in prompt.notes(code) { text += "- \(note)\n" }
        for warning in prompt.warnings(code) { text += "- :warning: \(warning)\n" }
        let steps = prompt.steps
        guard !steps.isEmpty else { return text }
        text += "\n| query | users | before | after |\n|---|---|---|---|\n"
        for step in steps.prefix(listedChanges) {
            let cells = [code(step.query), step.users, step.before.short(code), step.after.short(code)]
            text += "| \(cells.joined(separator: " | ")) |\n"
        }
        let rest = steps.count - listedChanges
        if rest > 0 { text += "\n…and \(counted(rest, "more query", plural: "more queries")).\n" }
        return text
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

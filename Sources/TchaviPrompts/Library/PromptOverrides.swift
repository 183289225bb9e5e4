import Foundation

/// Versions that are used whatever a query asks for.
struct PromptOverrides: Sendable {
    static let variable = "TCHAVI_PROMPT_OVERRIDE"

    private(set) var versions: [String: Int] = [:]
    /// What is wrong with the environment's.
    private(set) var diagnostics: [PromptDiagnostic] = []

    init(_ versions: [String: Int]) {
        self.versions = versions
    }

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        for item in (environment[Self.variable] ?? "").split(separator: ",") {
            let text = item.trimmingCharacters(in: .whitespaces)
            if let at = text.lastIndex(of: "@"), at > text.startIndex, let number = Int(text[text.index(after: at)...])
            {
                versions[String(text[..<at])] = number
            } else {
                diagnostics.append(
                    PromptDiagnostic(
                        location: Self.variable,
                        reason: "`\(text)` is not a prompt's id and a version, such as `support-reply@3`.",
                        advice: "Correct it, or remove it: it has no effect."
                    )
                )
            }
        }
    }
}

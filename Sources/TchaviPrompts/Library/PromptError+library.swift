import Foundation
import Tchavi

extension PromptError {
    /// The library has no prompt of this id. The error names those that differ least: a library may have any number.
    static func notFound(_ id: String, available: [String]) -> PromptError {
        let nearest = NameDistance(from: id).nearest(5, of: available)
        let others = available.count - nearest.count
        let list = nearest.map { "`\($0)`" }.joined(separator: ", ") + (others > 0 ? " and \(others) more" : "")
        var error = PromptError(
            .notFound,
            "The prompt `\(id)` was not found.",
            advice: available.isEmpty ? "The source has no prompts." : "The source has \(list).",
            promptID: id
        )
        error.availablePrompts = nearest
        return error
    }

    /// The directory of prompts cannot be read.
    static func unreadable(directory path: String, _ error: POSIXError) -> PromptError {
        PromptError(
            .notFound,
            "The prompt directory `\(path)` cannot be read: \(error.reason).",
            advice: "Check the path; relative paths start at the working directory "
                + "(\(FileManager.default.currentDirectoryPath))."
        )
    }

    /// The prompt's record cannot be read, and there is no earlier valid record.
    static func unreadable(_ id: String, _ diagnostic: PromptDiagnostic) -> PromptError {
        PromptError(
            .invalidRecord,
            "The prompt `\(id)` cannot be read: \(diagnostic)",
            advice: "Refresh the library afterwards.",
            promptID: id
        )
    }

    /// The selected version cannot be read.
    static func unreadable(_ version: PromptVersion, of id: String, _ reason: String) -> PromptError {
        PromptError(
            .invalidRecord,
            "Version \(version.version) of `\(id)`, which the query selects, cannot be read: \(reason)",
            advice: "Fix the version and refresh the library; `library.diagnostics()` says where it is.",
            promptID: id
        )
    }

    /// No version of the prompt matches the query.
    static func noMatch(_ record: PromptRecord, _ query: PromptQuery) -> PromptError {
        let numbers = record.versions.map(\.version).sorted().map(String.init).joined(separator: ", ")
        let isDeployed = record.versions.contains { !record.deployments(of: $0).isEmpty }
        let ending = query.requiresMatch ? ", and the query requires a match." : ", and it has no fallback."
        let reason: String
        if let folder = query.folderID, !folder.isSameText(as: record.folderID) {
            reason = "`\(record.promptID)` is not in the folder `\(folder)`."
        } else if let index = query.index(of: PromptQuery.versionField) {
            reason = "`\(record.promptID)` has no version \(query.conditions[index].value)."
        } else if record.versions.isEmpty {
            reason = "`\(record.promptID)` has no versions."
        } else if !isDeployed {
            reason = "`\(record.promptID)` has versions, but none is deployed" + ending
        } else {
            reason = "No deployment of `\(record.promptID)` matches this query" + ending
        }
        let advice =
            record.versions.isEmpty
            ? "Save a version first."
            : "Deploy a version, pin one with `.version(n)` (available: \(numbers)), or use `.latest()`; "
                + "`library.explain` says why each deployment was not selected."
        return PromptError(.noMatch, reason, advice: advice, promptID: record.promptID)
    }

    /// The prompt is not among those that are held, and a source could not be read yet.
    static func notRead(_ id: String, _ source: String, _ error: any Error) -> PromptError {
        PromptError(
            .unavailable,
            "The prompt `\(id)` is not among those that are held, and `\(source)` could not be read: \(error)",
            advice: "Try again later, ship the prompt with the program, or pass a default.",
            promptID: id
        )
    }

    /// Somebody else ended the read that this request waited for.
    static var readEnded: PromptError {
        PromptError(
            .unavailable,
            "The read of the prompts was cancelled before it ended.",
            advice: "Try again, unless the library is shut down."
        )
    }

    /// The first read of a source takes longer than the library waits.
    static func slowSource(_ name: String, _ limit: Duration) -> PromptError {
        PromptError(
            .unavailable,
            "The prompts of `\(name)` were not read within \(limit), and none are held.",
            advice: "The read goes on. Try again later, ship prompts with the program, or pass a default."
        )
    }

    /// The source returned nothing where nothing is held.
    static func noCatalogue(_ name: String) -> PromptError {
        PromptError(
            .unavailable,
            "The source `\(name)` returned no prompts: `load(since: nil)` returned `nil`.",
            advice: "Return a catalogue if the validator is `nil`."
        )
    }

    /// The source has no prompts, and the library has some.
    static func emptyCatalogue(_ name: String) -> PromptError {
        PromptError(
            .unavailable,
            "The source `\(name)` has no prompts any more, which is more likely a fault than intended.",
            advice: "The prompts that were read before are still used. Check the source, or create another library."
        )
    }

    /// The source threw `CancellationError`, although nobody cancelled the read.
    static func cancelledSource(_ name: String) -> PromptError {
        PromptError(
            .unavailable,
            "The source `\(name)` cancelled the read.",
            advice: "Check what the source uses to read, such as a session that was invalidated."
        )
    }

    static var shutDown: PromptError {
        PromptError(
            .unavailable,
            "The library is shut down, and does not read its sources any more.",
            advice: "Create another library."
        )
    }

    /// The version of an override does not exist.
    static func noOverride(_ record: PromptRecord, _ number: Int) -> PromptError {
        let numbers = record.versions.map(\.version).sorted().map(String.init).joined(separator: ", ")
        return PromptError(
            .noMatch,
            "`\(record.promptID)` has no version \(number), which \(PromptOverrides.variable) or the configuration's "
                + "overrides demand.",
            advice: "Change the override (available: \(numbers)), or remove it.",
            promptID: record.promptID
        )
    }

    /// The prompt is older than the library's limit.
    static func stale(_ id: String, age: Duration, limit: Duration, _ error: (any Error)?) -> PromptError {
        PromptError(
            .stale,
            "`\(id)` was read \(age.rounded) ago, which is longer than the \(limit.rounded) of maxStaleness, and could not be read "
                + "again" + (error.map { ": \($0)" } ?? "."),
            advice: "Check the source; `library.status` has its last error.",
            promptID: id
        )
    }

    /// The selected version needs what the program does not give, and no earlier form of the prompt can be used.
    static func contract(_ id: String, _ heldBack: Selection.HeldBack) -> PromptError {
        PromptError(
            .contract,
            "Version \(heldBack.version) of `\(id)` needs what the program does not give: "
                + heldBack.reasons.joined(separator: " "),
            advice: "Deploy a version that fulfils the contract, or update the program and its contract.",
            promptID: id
        )
    }
}

extension Duration {
    /// The duration in seconds with at most one decimal place, such as `12.9 s`.
    fileprivate var rounded: String { "\((seconds * 10).rounded() / 10) s" }
}

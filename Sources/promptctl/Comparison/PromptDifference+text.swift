import Tchavi
import TchaviPrompts

extension PromptDifference {
    /// How many changes a report for people lists for one prompt.
    static let listedChanges = 40

    /// The changes other than those of queries, each in one sentence.
    var notes: [String] {
        var notes: [String] = []
        func add(_ numbers: [Int], _ what: String) {
            guard !numbers.isEmpty else { return }
            let list = numbers.map(String.init).joined(separator: ", ")
            notes.append(
                "Version\(numbers.count == 1 ? "" : "s") \(list) \(numbers.count == 1 ? "was" : "were") \(what)."
            )
        }
        add(addedVersions, "added")
        add(removedVersions, "removed")
        add(editedVersions, "edited in place")
        if changes.isEmpty { notes.append("No query gets another version.") }
        if otherReasons > 0 {
            notes.append(
                "\(counted(otherReasons, "query gets", plural: "queries get")) the same version for another reason."
            )
        }
        return notes
    }

    /// The callers that miss variables, each in one sentence.
    var warnings: [String] {
        missing.map { missing in
            let names = missing.names.map { "`\($0)`" }.joined(separator: ", ")
            let change =
                missing.before.version == missing.after.version
                ? "version \(missing.after.version ?? 0)"
                : "version \(missing.after.version ?? 0) in place of \(missing.before.version.map { "version \($0)" } ?? "none")"
            return "Callers that get \(change) have to pass \(names), for instance those with \(missing.query)."
        }
    }

    func write(to output: Output) {
        let id = output.styled(promptID.escapingControlCharacters, .bold)
        switch kind {
        case .added(let versions):
            output.write("\(id): \(output.styled("added", .green)), with \(counted(versions, "version"))")
        case .removed: output.write("\(id): \(output.styled("removed", .red))")
        case .unreadable(let reason):
            output.write("\(id): \(output.styled("cannot be compared", .red)): \(reason.escapingControlCharacters)")
        case .changed:
            output.write("\(id): \(output.styled("changed", .yellow))")
            for note in notes { output.write("  \(note)") }
            for warning in warnings {
                output.write("  \(output.styled("warning:", .yellow)) \(warning.escapingControlCharacters)")
            }
            for change in changes.prefix(Self.listedChanges) {
                output.write("  \(change.line.escapingControlCharacters)")
            }
            let rest = changes.count - Self.listedChanges
            if rest > 0 { output.write("  and \(rest) more; --json has all") }
        }
    }

    var json: JSONValue {
        var members: [String: JSONValue] = ["promptId": .string(promptID)]
        switch kind {
        case .added(let versions):
            members["kind"] = "added"
            members["versions"] = .integer(Int64(versions))
        case .removed: members["kind"] = "removed"
        case .unreadable(let reason):
            members["kind"] = "unreadable"
            members["reason"] = .string(reason)
        case .changed:
            members["kind"] = "changed"
            members["editedVersions"] = .array(editedVersions.map { .integer(Int64($0)) })
            members["addedVersions"] = .array(addedVersions.map { .integer(Int64($0)) })
            members["removedVersions"] = .array(removedVersions.map { .integer(Int64($0)) })
            members["changes"] = .array(changes.map(\.json))
            members["otherReasons"] = .integer(Int64(otherReasons))
            members["missingVariables"] = .array(
                missing.map { missing in
                    [
                        "variables": .array(missing.names.map { .string($0) }),
                        "query": missing.query.json,
                        "before": missing.before.json,
                        "after": missing.after.json,
                    ]
                }
            )
        }
        return .object(members)
    }
}

extension WhatIf.Change {
    /// The query, without the key where a share of the users is meant.
    var queryDescription: String { share == nil ? query.description : query.withoutKey.description }

    /// The share of the users whose selection changes; `nil` where no split decides.
    var shareDescription: String? { share.map { "\((($0 * 10_000).rounded() / 100).ecmaScriptDescription) %" } }

    /// The change in one line.
    fileprivate var line: String {
        let users = shareDescription.map { ", \($0) of users" } ?? ""
        return "\(queryDescription)\(users): \(before.short) -> \(after.short)"
    }

    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["query": query.json, "before": before.json, "after": after.json]
        members["share"] = share.map { .double($0) }
        return .object(members)
    }
}

extension Selection {
    /// The version and what decided, with the beginning of the content's hash, which tells an edit from no edit.
    fileprivate var short: String {
        guard let version else { return "no version" }
        let hash = versionContentHash.map { ", sha256:\($0.prefix(8))" } ?? ""
        return "version \(version) (\(deploymentID ?? reason.rawValue)\(hash))"
    }
}

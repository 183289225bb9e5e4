import Tchavi
import TchaviPrompts

extension PromptDifference {
    /// How many changes a report for people lists for one prompt.
    static let listedChanges = 40

    /// The changes other than those of queries, each in one sentence.
    ///
    /// - Parameter quoted: Returns a name as it stands in the sentence.
    /// - Returns: The sentences.
    func notes(_ quoted: (String) -> String) -> [String] {
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
        if changesDeployments { notes.append("The deployments were changed.") }
        if changesFallback { notes.append("The fallback was changed.") }
        if let folders {
            notes.append("It was moved from the folder \(quoted(folders.before)) to \(quoted(folders.after)).")
        }
        if changes.isEmpty { notes.append("No query gets another version or content.") }
        if otherReasons > 0 {
            notes.append(
                "\(counted(otherReasons, "query gets", plural: "queries get")) the same version for another reason."
            )
        }
        return notes
    }

    /// The callers that miss variables, each in one sentence.
    ///
    /// - Parameter quoted: Returns a name or a query as it stands in the sentence.
    /// - Returns: The sentences.
    func warnings(_ quoted: (String) -> String) -> [String] {
        missing.map { missing in
            let names = missing.names.map(quoted).joined(separator: ", ")
            let version = "version \(missing.after.version ?? 0)"
            let change =
                missing.before.version == missing.after.version
                ? version : version + " in place of version \(missing.before.version ?? 0)"
            return "Callers that get \(change) have to pass \(names), for instance those with "
                + "\(quoted(missing.query.withoutKey.readable))."
        }
    }

    /// The changes of queries: each one, or for recorded queries the ones that change in the same way, with their number.
    var steps: [(query: String, users: String, before: Selection, after: Selection)] {
        guard let recorded else {
            // What became of a version is said by the notes.
            return changes.filter { !$0.isPinnedByNumber }.map {
                ($0.query.withoutKeyIf($0.share != nil).readable, $0.users, $0.before, $0.after)
            }
        }
        var order: [[Selection]] = []
        var groups: [[Selection]: [WhatIf.Change]] = [:]
        for change in changes {
            let key = [change.before.withoutUser, change.after.withoutUser]
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(change)
        }
        return order.map { key in
            let changes = groups[key] ?? []
            let users = "\(changes.count) of \(recorded)"
            return (
                (changes.count > 1 ? "such as " : "") + (changes.first?.query.readable ?? ""), users, key[0], key[1]
            )
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
            let quoted = { (name: String) in "`\(name)`" }
            for note in notes(quoted) { output.write("  \(note.escapingControlCharacters)") }
            for warning in warnings(quoted) {
                output.write("  \(output.styled("warning:", .yellow)) \(warning.escapingControlCharacters)")
            }
            for step in steps.prefix(Self.listedChanges) {
                let line =
                    "\(step.query)\(step.users.isEmpty ? "" : ", \(step.users)"): "
                    + "\(step.before.short { $0 }) -> \(step.after.short { $0 })"
                output.write("  \(line.escapingControlCharacters)")
            }
            let rest = steps.count - Self.listedChanges
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
    /// Which users the change concerns, where a split decides.
    fileprivate var users: String {
        if let share { return "\(((share * 10_000).rounded() / 100).ecmaScriptDescription) % of users" }
        let isSplit = before.experiment != nil || after.experiment != nil
        return isSplit && query.bucketingKey == nil ? "without a key" : ""
    }

    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["query": query.json, "before": before.json, "after": after.json]
        members["share"] = share.map { .double($0) }
        return .object(members)
    }
}

extension PromptQuery {
    /// The query in one line.
    fileprivate var readable: String { description.replacing("\(Self.versionField) = ", with: "version ") }

    fileprivate func withoutKeyIf(_ condition: Bool) -> PromptQuery { condition ? withoutKey : self }
}

extension Selection {
    /// The version and what decided, with the beginning of the content's hash, which tells an edit from no edit.
    ///
    /// - Parameter quoted: Returns the deployment's id as it stands in the text.
    /// - Returns: The text.
    func short(_ quoted: (String) -> String) -> String {
        guard let version else { return "no version" }
        let hash = versionContentHash.map { ", sha256:\($0.prefix(8))" } ?? ""
        return "version \(version) (\(deploymentID.map(quoted) ?? reason.rawValue)\(hash))"
    }

    /// The selection without what depends on the user's key.
    fileprivate var withoutUser: Selection {
        var selection = self
        selection.bucket = nil
        return selection
    }
}

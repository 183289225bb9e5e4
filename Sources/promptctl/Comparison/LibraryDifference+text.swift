import Tchavi
import TchaviPrompts

extension LibraryDifference {
    /// The numbers of prompts, in one line.
    var summary: String {
        func count(_ isCounted: (PromptDifference.Kind) -> Bool) -> Int { prompts.count { isCounted($0.kind) } }
        let numbers = [
            (count { if case .added = $0 { true } else { false } }, "added"),
            (count { $0 == .removed }, "removed"),
            (count { $0 == .changed }, "changed"),
            (count { if case .unreadable = $0 { true } else { false } }, "unreadable"),
        ]
        let parts = numbers.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let text = (parts + ["\(unchanged) unchanged"]).joined(separator: ", ") + "."
        return text + (recorded.map { " " + $0.summary } ?? "")
    }

    /// Writes a report for people.
    func write(to output: Output) {
        for finding in findings { output.write(finding.text(on: output)) }
        for prompt in prompts { prompt.write(to: output) }
    }

    /// The difference as the members of an object of JSON.
    var members: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "before": .string(before),
            "after": .string(after),
            "prompts": .array(prompts.map(\.json)),
            "unchanged": .integer(Int64(unchanged)),
            "findings": .array(findings.map(\.json)),
        ]
        if let recorded {
            members["queries"] = .integer(Int64(recorded.total))
            members["changedQueries"] = .integer(Int64(recorded.changed))
            members["unknownPromptIds"] = .array(recorded.unknownIDs.map { .string($0) })
        } else {
            members["limit"] = .integer(Int64(limit))
        }
        return members
    }
}

extension LibraryDifference.Recorded {
    fileprivate var summary: String {
        let queries = counted(total, "recorded query", plural: "recorded queries")
        var text = "\(changed) of \(queries) \(changed == 1 ? "gets" : "get") another version or content"
        if unreadable > 0 { text += "; \(unreadable) cannot be compared" }
        if !unknownIDs.isEmpty {
            let list = unknownIDs.prefix(5).map { "`\($0.escapingControlCharacters)`" }.joined(separator: ", ")
            let rest = unknownIDs.count > 5 ? " and \(unknownIDs.count - 5) more" : ""
            text += "; neither library has \(list)\(rest)"
        }
        return text + "."
    }
}

import Tchavi
import TchaviPrompts

extension [String: JSONValue] {
    /// The string of a member; `nil` if it is missing or null.
    func string(_ name: String) throws(JSONError) -> String? {
        guard let value = self[name], !value.isNull else { return nil }
        guard let string = value.string else { throw JSONError("expected a string", at: [.member(name)]) }
        return string
    }

    /// The string of a member, which is one of some words.
    func word(_ name: String, of known: [String]) throws(JSONError) -> String? {
        guard let word = try string(name) else { return nil }
        guard known.contains(word) else {
            throw JSONError("`\(word)` is unknown: \(KnownNames(known).hint(for: word))", at: [.member(name)])
        }
        return word
    }

    /// One string or several.
    func strings(_ name: String) throws(JSONError) -> [String]? {
        guard let value = self[name], !value.isNull else { return nil }
        if let string = value.string { return [string] }
        let strings = value.array?.compactMap(\.string)
        guard let strings, strings.count == value.array?.count else {
            throw JSONError("expected a string or an array of strings", at: [.member(name)])
        }
        return strings
    }

    func object(_ name: String) throws(JSONError) -> [String: JSONValue]? {
        guard let value = self[name], !value.isNull else { return nil }
        guard let object = value.object else { throw JSONError("expected an object", at: [.member(name)]) }
        return object
    }

    /// Whether a member is true; `false` if it is missing.
    func flag(_ name: String) throws(JSONError) -> Bool {
        guard let value = self[name], !value.isNull else { return false }
        guard let flag = value.boolean else { throw JSONError("expected a Boolean", at: [.member(name)]) }
        return flag
    }

    /// Checks that every member is known, because one that is misspelled would have no effect.
    func checkMembers(_ known: [String]) throws(JSONError) {
        guard let unknown = keys.sorted().first(where: { !known.contains($0) }) else { return }
        throw JSONError("unknown member: \(KnownNames(known).hint(for: unknown))", at: [.member(unknown)])
    }
}

extension KnownNames {
    /// What an unknown name may stand for, within a sentence.
    func hint(for name: String) -> String {
        nearest(to: name).map { "did you mean `\($0)`?" }
            ?? "expected \(names.map { "`\($0)`" }.joined(separator: ", "))"
    }
}

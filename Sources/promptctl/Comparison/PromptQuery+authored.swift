import Tchavi
import TchaviPrompts

extension PromptQuery {
    /// Reads a query as a person writes it: `{"set": {…}, "tag": {…}, "user": "…", "version": 3}`, named after the options of the
    /// command, or in the form that programs encode, or with members of both.
    ///
    /// - Throws: `JSONError` for what cannot be read, and for a member that is unknown, because it may be misspelled.
    init(authored json: JSONValue) throws(JSONError) {
        guard var members = json.object else { throw JSONError("expected a query as an object") }
        let (set, tags) = (members.removeValue(forKey: "set"), members.removeValue(forKey: "tag"))
        let (user, version) = (members.removeValue(forKey: "user"), members.removeValue(forKey: "version"))
        let known = [
            "conditions", "exactMatch", "operator", "bucketBy", "folderId", "requiresMatch", "latest", "set", "tag",
            "user",
            "version",
        ]
        if let unknown = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw JSONError("unknown member. \(KnownNames(known).advice(for: unknown))", at: [.member(unknown)])
        }
        var query = try PromptQuery(json: .object(members))
        for (field, value) in try Self.values(set, "set") { query = query.deploymentVariable(field, value) }
        for (field, value) in try Self.values(tags, "tag") { query = query.tag(field, value) }
        if let user, !user.isNull {
            guard let key = user.string ?? user.integer.map({ "\($0)" }) else {
                throw JSONError("expected a string", at: [.member("user")])
            }
            query = query.bucketed(by: key)
        }
        if let version, !version.isNull {
            guard let number = version.integer else { throw JSONError("expected a number", at: [.member("version")]) }
            query = query.version(number)
        }
        self = query
    }

    private static func values(
        _ json: JSONValue?,
        _ name: String
    ) throws(JSONError) -> [(String, ConditionValue)] {
        guard let json, !json.isNull else { return [] }
        guard let members = json.object else { throw JSONError("expected an object", at: [.member(name)]) }
        var values: [(String, ConditionValue)] = []
        for (field, value) in members.sorted(by: { $0.key.precedesInBytes($1.key) }) {
            do {
                values.append((field, try ConditionValue(json: value)))
            } catch {
                throw error.inside(.member(field)).inside(.member(name))
            }
        }
        return values
    }
}

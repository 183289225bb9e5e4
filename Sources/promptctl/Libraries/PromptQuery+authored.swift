import Tchavi
import TchaviPrompts

extension PromptQuery {
    /// Reads a query as a person writes it, with members named after the options of the command, such as `{"set": {…}, "tag":
    /// {…}, "user": "…", "version": 3, "exact": true}`, or in the form that programs encode, or with members of both.
    ///
    /// - Throws: `JSONError` for what cannot be read, and for a member that is unknown, because it may be misspelled.
    init(authored json: JSONValue) throws(JSONError) {
        guard var members = json.object else { throw JSONError("expected a query as an object") }
        let encoded = ["conditions", "exactMatch", "operator", "bucketBy", "folderId", "requiresMatch", "latest"]
        let options = ["set", "tag", "user", "version", "exact", "any", "requireMatch", "folder"]
        try members.checkMembers(encoded + options)
        let given = members.filter { options.contains($0.key) && !$0.value.isNull }
        for option in options { members[option] = nil }
        var query = try PromptQuery(json: .object(members))
        for (field, value) in try Self.values(given["set"], "set") { query = query.deploymentVariable(field, value) }
        for (field, value) in try Self.values(given["tag"], "tag") { query = query.tag(field, value) }
        if let user = given["user"] {
            guard let key = user.string ?? user.integer.map({ "\($0)" }) else {
                throw JSONError("expected a string", at: [.member("user")])
            }
            query = query.bucketed(by: key)
        }
        if let version = given["version"] {
            guard let number = version.integer else { throw JSONError("expected a number", at: [.member("version")]) }
            query = query.version(number)
        }
        if try given.flag("exact") { query = query.exactMatch() }
        if try given.flag("any") { query = query.enforcing(.any) }
        if try given.flag("requireMatch") { query = query.requiringMatch() }
        if let folder = try given.string("folder") { query = query.folder(folder) }
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
